"""Is the HTML valid? Asks html-validate, which `make test` installs from package-lock.json.

The rules are in htmlvalidate.json beside this file: the recommended ones, no inline style, and redundant roles are let
be (tables that are laid out as records on a phone need theirs), as are long titles (what people wrote is not shortened).
"""

import html
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools import assets

_CONFIG = Path(__file__).with_name("htmlvalidate.json")
_PROGRAM = assets.ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"


def why_not() -> str | None:
    """Why pages cannot be validated here, or None: a test skips with this sentence."""
    if assets.has_html_validate():
        return None
    return "html-validate is not installed: `make test` does it where npm and Node 20.19 or newer are"


def complaints(pages: Mapping[str, str]) -> list[str]:
    """What is wrong with whole pages, given by name: one line for each fault, none if all are valid.

    Give it many pages at once: Node takes half a second to start.
    """
    node = assets.tool("node")
    assert node is not None, why_not()
    with tempfile.TemporaryDirectory(prefix="foothold-html-") as name:
        folder = Path(name)
        files = {folder / f"{number}.html": page for number, page in enumerate(pages)}
        for file, page in files.items():
            file.write_text(pages[page], encoding="utf-8")
        answer = (
            folder / "answer.json"
        )  # not a pipe: Node ends before it has written more than 64 kB into one
        with answer.open("w") as told:
            done = subprocess.run(
                [node, str(_PROGRAM), "--config", str(_CONFIG), "--formatter", "json", *map(str, files)],
                stdout=told,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        found = answer.read_text(encoding="utf-8")
    assert done.returncode in {0, 1}, done.stderr
    return [
        f"{files[Path(result['filePath'])]}:{fault['line']}: {fault['message']} ({fault['ruleId']})"
        for result in json.loads(found)
        for fault in result["messages"]
    ]


def carried(page: str, action: str) -> dict[str, str]:
    """What the form with this action carries without being shown: each hidden field with its value, by name."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert found, f"no form on the page leads to {action}"
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', found[1])
    return {html.unescape(name): html.unescape(value) for name, value in fields}
