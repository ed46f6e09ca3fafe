"""The tests' own footing: databases apart from each other, closed sockets, and a gate for skips that does shut."""

import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from tests.support import html
from tests.support.databases import Databases
from tests.support.sockets import OutsideConnection

ROOT = Path(__file__).resolve().parent.parent
_set_up: list[str] = []


def _one_table(url: str) -> None:
    _set_up.append(url)
    _run(url, "CREATE TABLE thing (name TEXT)", "INSERT INTO thing VALUES ('from the template')")


def _run(url: str, *statements: str) -> None:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def _names(url: str) -> list[str]:
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        names = [
            row.name for row in connection.execute(sqlalchemy.text("SELECT name FROM thing ORDER BY name"))
        ]
    engine.dispose()
    return names


def test_a_new_database_starts_as_the_template_and_stays_apart(databases: Databases) -> None:
    template = databases.template_from(_one_table)
    first, second = databases.new_database(template), databases.new_database(template)
    _run(first, "INSERT INTO thing VALUES ('mine')")
    assert _names(first) == ["from the template", "mine"]
    assert _names(second) == ["from the template"]
    databases.drop(first)
    databases.drop(second)


def test_a_template_is_set_up_once(databases: Databases) -> None:
    databases.template_from(_one_table)
    before = len(_set_up)
    databases.template_from(_one_table)
    assert len(_set_up) == before


def test_an_empty_database_has_no_tables(databases: Databases) -> None:
    url = databases.new_database()
    engine = sqlalchemy.create_engine(url)
    assert sqlalchemy.inspect(engine).get_table_names() == []
    engine.dispose()
    databases.drop(url)


@pytest.mark.postgres
def test_a_dropped_database_is_gone_even_with_a_connection_open(postgres_server: Databases) -> None:
    url = postgres_server.new_database()
    plain = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain) as connection:
        postgres_server.drop(url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(plain)


@pytest.mark.postgres
def test_the_server_listens_on_no_network(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.parametrize("host", ["192.0.2.1", "203.0.113.7", "2001:db8::1"])
def test_a_connection_to_another_machine_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outgoing, pytest.raises(OutsideConnection, match=host):
        outgoing.connect((host, 80))


def test_a_foreign_name_is_not_looked_up() -> None:
    with pytest.raises(OutsideConnection, match="foothold"):
        socket.getaddrinfo("foothold.example", 443)


def test_this_machine_may_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


@pytest.mark.parametrize("workers", [["-p", "no:xdist"], ["-n", "1"]], ids=["alone", "workers"])
@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_skip_fails_the_run_in_ci_only(tmp_path: Path, ci: str, status: int, workers: list[str]) -> None:
    (tmp_path / "conftest.py").write_text(
        "from tests.support import skips\ndef pytest_configure(config):\n    skips.install(config)\n"
    )
    (tmp_path / "test_it.py").write_text(
        "import pytest\ndef test_good(): pass\ndef test_not(): pytest.skip('no browser here')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, "-c", "/dev/null", "."],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert ("fails a run with CI=true" in done.stdout) == bool(ci)
    if ci:
        assert "no browser here" in done.stdout


@pytest.mark.browser
def test_chromium_opens_a_page_and_cannot_leave_the_machine(page: object) -> None:
    from playwright.sync_api import Error, Page

    assert isinstance(page, Page)
    page.set_content("<title>Here</title>")
    assert page.title() == "Here"
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://foothold.example/")


def test_a_fault_in_a_page_is_found_and_a_good_page_passes() -> None:
    if reason := html.why_not():
        pytest.skip(reason)
    page = '<!DOCTYPE html>\n<html lang="en">\n<head><title>Here</title></head>\n<body>{}</body>\n</html>\n'
    found = html.complaints(
        {
            "good": page.format("<p>Good.</p>"),
            "bad": page.format('<p>One<div style="color: red">Two</div></p>'),
        }
    )
    assert {line.split(":")[0] for line in found} == {"bad"}
    assert any("no-inline-style" in line for line in found)
