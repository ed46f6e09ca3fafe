"""Chromium for the browser tests: the system's own, with nothing going out."""

import os
import shutil
from typing import Any

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium() -> str | None:
    """Where Chromium is: the variable CHROMIUM, Debian's place, or PATH."""
    named = os.environ.get("CHROMIUM")
    names = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    return named or next((path for name in names if (path := shutil.which(name))), None)


def launch_arguments(given: dict[str, Any], executable: str) -> dict[str, Any]:
    """What Playwright starts Chromium with."""
    return {**given, "executable_path": executable, "args": [*given.get("args", []), *FLAGS]}
