"""Forms that say what was there when they were opened, so that two windows do not overwrite each other unread.

The page carries a short digest of what it showed, in a hidden field called `seen`; whoever keeps the form compares it
with what is there now, under a lock of their own.
"""

import hashlib
import re
from typing import Any

from starlette.requests import Request

from market.web.forms import Entry
from market.web.sent import label

_ROW = re.compile(r"[a-z_]+-[0-9]{1,3}-[a-z_0-9]+")


def digest(there: Entry[Any]) -> str:
    """What stands in the fields, in sixteen letters."""
    told = repr(sorted((name, str(value)) for name, value in there.values.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def carried(mine: Entry[Any]) -> str | None:
    """What a form that came carries as `seen`; None where it carries nothing."""
    return str(mine.value("seen")) if "seen" in mine.values else None


def to_carry(request: Request, there: Entry[Any], is_refused: bool) -> str:
    """What the form carries as `seen`: of one that was refused for its words, what it carried before."""
    return str(request.state.form.get("seen") or "") if is_refused else digest(there)


def overtaken(request: Request, there: Entry[Any], mine: Entry[Any]) -> list[tuple[str, str]]:
    """What stands there now, as label and text, wherever it is another than in the form that came.

    Empty when nothing was saved since the form was opened, when both say the same, and when the form carries nothing.
    """
    seen = str(request.state.form.get("seen") or "")
    if not seen or seen == digest(there):
        return []
    rows = [name for name in mine.values if _ROW.fullmatch(name) and name not in there.values]
    return [
        (label(name), str(there.value(name)))
        for name in (*there.values, *rows)
        if not name.endswith("_id") and str(there.value(name)) != str(mine.value(name))
    ]
