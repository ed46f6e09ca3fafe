"""What was sent with a form that got another answer than its own page: handed back, so that nothing typed is lost.

An error page does not know the form, so each field goes by its name, made into words. What the form itself carries (its
key, what it had seen, the ids behind what was chosen) is left out, and a password is never shown.
"""

import re
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.requests import Request

from market.web.submission import KEY_FIELD
from market.words import _

AGAIN = (401, 429, 503, 507)
"""Where the same form may well be taken later: after signing in, after a wait, when the database answers again."""
SECRET = frozenset({"password", "current", "current_for_address"})
"""The fields that hold a password."""
CARRIED = frozenset((
    KEY_FIELD, "add", "after_days", "as", "back", "copy", "from", "into_id", "issue", "next", "org", "organisation",
    "person", "ready", "remove", "replaces", "resource", "save", "seen", "then", "theme", "username", "version", "week",
))  # fmt: skip
"""The fields and buttons in which a form carries what nobody wrote."""
_OPAQUE = re.compile(r"(?=[a-z]*[2-7])[a-z2-7]{16}")  # a public id, but for the few without a digit
_CODE = re.compile(r"[a-z_]*")  # what a choice or a button stands for
_ROW = re.compile(r"([a-z_]+)-([0-9]{1,3})-([a-z_0-9]+)")


class Written(NamedTuple):
    """One field: what it is called, and what stood in it."""

    label: str
    text: str


def written(request: Request) -> list[Written]:
    """What a person wrote or chose, field by field, in the order of the form; nothing where they only chose."""
    found, wrote = [], False
    for name, value in _texts(request):
        text = value.replace("\r\n", "\n").strip()
        if text and name not in SECRET and not _is_carried(name) and not _OPAQUE.fullmatch(text):
            found.append(Written(label(name), _("yes") if text == "on" else text))
            wrote = wrote or _CODE.fullmatch(text) is None
    return found if wrote else []


def label(name: str) -> str:
    """The name of a field as words: `parts-0-accepted_when` is “Parts 1: accepted when”."""
    row = _ROW.fullmatch(name)
    words = f"{row[1]} {int(row[2]) + 1}: {row[3]}" if row else name
    kept = [one for one in re.split(r"[\s_-]+", words) if one != "minor" and not _OPAQUE.fullmatch(one)]
    told = " ".join(kept)[:60]
    return told[:1].upper() + told[1:]


def to_send_again(request: Request, status: int) -> list[tuple[str, str]]:
    """Every field of a form that may be sent once more as it is; none where it holds a password or a file."""
    form = getattr(request.state, "form", None)
    if form is None or status not in AGAIN or not written(request):
        return []
    files = any(isinstance(value, UploadFile) and value.filename for _name, value in form.multi_items())
    texts = _texts(request)
    return [] if files or any(name in SECRET for name, _value in texts) else texts


def _is_carried(name: str) -> bool:
    row = _ROW.fullmatch(name)
    return name in CARRIED or name.endswith("_id") or (row is not None and row[3] == "row")


def _texts(request: Request) -> list[tuple[str, str]]:
    form = getattr(request.state, "form", None)
    items = form.multi_items() if form is not None else []
    return [(name, value) for name, value in items if isinstance(value, str)]
