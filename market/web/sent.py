"""What was sent with a form that got another answer than its own page: handed back, so that nothing typed is lost."""

from starlette.datastructures import UploadFile
from starlette.requests import Request

SENTENCE = 4
"""From how many words on something typed is worth handing back by itself."""
AGAIN = (401, 429, 503)
"""Where the same form may well be taken later: after signing in, after a wait, when the database answers again."""


def written(request: Request) -> list[str]:
    """The sentences that were sent.

    What is not a sentence (a choice, a number, a name) is quickly chosen again, and a password is never shown.
    """
    return [
        value.strip()
        for name, value in _texts(request)
        if "password" not in name and len(value.split()) >= SENTENCE
    ]


def to_send_again(request: Request, status: int) -> list[tuple[str, str]]:
    """Every field of a form that may be sent once more as it is; none where it holds a password or a file."""
    form = getattr(request.state, "form", None)
    if form is None or status not in AGAIN or not written(request):
        return []
    files = any(isinstance(value, UploadFile) and value.filename for _name, value in form.multi_items())
    texts = _texts(request)
    return [] if files or any("password" in name for name, _value in texts) else texts


def _texts(request: Request) -> list[tuple[str, str]]:
    form = getattr(request.state, "form", None)
    items = form.multi_items() if form is not None else []
    return [(name, value) for name, value in items if isinstance(value, str)]
