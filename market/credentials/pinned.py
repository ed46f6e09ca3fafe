"""The pinned contexts at hand: those of the Python packages, and those that the npm lock brings to static/vendor.

Which address a file stands for is told by its hash alone, so a file that does not match the project's manifest
is as good as absent. Without them badges of the older data model come out inconclusive, never wrong.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

from market import paths
from market.credentials.proofs.contexts import Contexts, digest, installed, manifest

FOLDER = "vendor/contexts"

# Some packages wrap the context in JavaScript: comments, single quotes, bare keys and trailing commas are
# turned into JSON here. A misreading cannot do harm, since the result must match its hash.
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*$", re.S | re.M)
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
_TRAILING = re.compile(r",(\s*[}\]])")


@functools.cache
def pinned_contexts() -> Contexts:
    """Every pinned context this installation has."""
    try:
        folder = paths.data_dir("static") / FOLDER
    except FileNotFoundError:
        return installed()
    return installed().adding(read_folder(folder))


def read_folder(folder: Path) -> dict[str, Any]:
    """The manifest's contexts among the files of a folder, by URL."""
    urls: dict[str, list[str]] = {}
    for url, entry in manifest().items():
        urls.setdefault(entry["sha256"], []).append(url)
    found = {}
    for path in sorted(folder.glob("*.js*")):
        document = _read(path.read_text("utf-8"))
        for url in urls.get(digest(document), []) if document is not None else []:
            found[url] = document
    return found


def _read(text: str) -> Any:
    for form in (text, _as_json(text)):
        try:
            return json.loads(form)
        except ValueError:
            continue
    return None


def _as_json(text: str) -> str:
    body = _COMMENT.sub("", text)
    body = body[body.find("{") : body.rfind("}") + 1].replace("'", '"')
    return _TRAILING.sub(r"\1", _BARE_KEY.sub(r'\1"\2":', body))
