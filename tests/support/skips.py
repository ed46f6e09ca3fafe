"""In CI nothing is skipped: a machine that lacks the browser, PostgreSQL, Node or a fixture fails the run."""

import os

import pytest
from _pytest.terminal import TerminalReporter


class SkipGate:
    """Fails a run with CI=true in which anything was skipped, and lists the reasons. For the controller only."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        for report in reporter.stats.get("skipped", []) if reporter else []:
            if not hasattr(report, "wasxfail"):
                reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
                self.skipped.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, which fails a run with CI=true", red=True)
            for line in self.skipped:
                terminalreporter.line(line)


def install(config: pytest.Config) -> None:
    """Put the gate up where CI=true and this process is the one that reports."""
    if os.environ.get("CI") == "true" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipGate(), "skip-gate")
