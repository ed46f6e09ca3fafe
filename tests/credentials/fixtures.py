"""Where the published test material lies, and how a test says that it is absent."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SETS = HERE.parents[2] / "shared" / "fixtures" / "credentials"


def need(name: str) -> Path:
    """The folder of one published set; the test is skipped, with the reason printed, where it is absent."""
    folder = SETS / name
    if not folder.exists():
        reason = f"the published set {name} is not beside this checkout ({folder})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def load(path: Path) -> Any:
    """One JSON file of a set."""
    return json.loads(path.read_text("utf-8"))
