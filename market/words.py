"""Words in the reader's language: `_()` marks every sentence of the interface, in templates and in code.

The language is chosen for each request; catalogues are Babel's, in `market/locale`, made from what
`tools/sentences.py` gathers. Where a language or a sentence has no translation, the English is said.
"""

from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

_language: ContextVar[str] = ContextVar("language", default="en")
LOCALES = Path(__file__).parent / "locale"
# Blanks of no width, and marks that embed, override or isolate a direction of writing.
_UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


@cache
def _catalogue(language: str) -> NullTranslations:
    return translation("messages", LOCALES, [language.replace("-", "_")], fallback=True)


def speak(language: str) -> None:
    """Answer in this language (a BCP 47 tag) for the rest of the request."""
    _language.set(language)


def language() -> str:
    """The language being spoken now."""
    return _language.get()


def _(message: str, /, **values: object) -> str:
    """The sentence in the reader's language, with `%(name)s` places filled from `values`."""
    said = _catalogue(_language.get()).gettext(message)
    return said % values if values else said


def N_(message: str, /) -> str:
    """Marks a sentence where it is written, for `_()` to say later."""
    return message


def plural(one: str, many: str, n: int, /, **values: object) -> str:
    """The sentence for `n` things; `%(n)s` is filled with the number."""
    return _catalogue(_language.get()).ngettext(one, many, n) % {"n": n, **values}


BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters to Unicode, nothing to the eye: a text of these alone says nothing."""


def without_unseen(text: str) -> str:
    """The text without signs that draw nothing and make two names look like one, or turn round what stands beside it.

    Joiners and the two plain marks of direction stay: scripts and emoji need them, and they reach no further.
    """
    return text.translate(_UNSEEN)
