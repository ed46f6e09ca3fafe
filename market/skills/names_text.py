"""How the name of a skill is read: normal form, words, stems and the looser keys that spellings share.

Pure text in, text out. Everything that compares two names goes through `normalise`, so that
"C", "C++", "C#" and ".NET" stay four names while "Front-end", "front end" and "FRONT END" are one.
"""

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = re.compile(r"['’ʼ`´]")
_NOT_KEPT = re.compile(r"[^\w+#.]+|_+")
# A full stop belongs to the name before a letter or digit (".NET", "node.js", "5.1"), else it ends a sentence.
_STRAY_STOPS = re.compile(r"\.(?!\w)")
_SYMBOLS = re.compile(r"[+#.\d]")

LONGEST_NAME = 400
"""Characters of a name or query that are read; the rest is ignored, so that pasted pages cost nothing."""

_SMALL_WORDS = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "their",
        "this",
        "to",
        "via",
        "with",
        "your",
    }
)
# Words of self-description and job adverts. They say that something is a skill, not which.
_FILLER_WORDS = frozenset(
    {
        "ability",
        "able",
        "excellent",
        "experience",
        "etc",
        "good",
        "knowledge",
        "skill",
        "skills",
        "strong",
        "understanding",
        "use",
        "used",
        "using",
        "working",
    }
)
_STOP_WORDS = _SMALL_WORDS | _FILLER_WORDS

# Longest first, so that "organisations" loses "isations" and not only "s". British and American spelling meet.
_ENDINGS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        (
            *(
                (ending, "iz")
                for ending in ("isations", "isation", "izations", "ization", "ise", "ises", "ised")
            ),
            *((ending, "iz") for ending in ("ising", "ize", "izes", "ized", "izing")),
            *(
                (ending, "")
                for ending in ("ations", "ation", "ators", "ator", "ates", "ate", "ating", "ated")
            ),
            *(
                (ending, "")
                for ending in ("ments", "ment", "nesses", "ness", "ings", "ing", "ingly", "ities", "ity")
            ),
            *((ending, "") for ending in ("ives", "ive", "ions", "ion", "ances", "ance", "ences", "ence")),
            *((ending, "") for ending in ("ers", "er", "ors", "or", "ed", "es", "s", "al", "ly", "e", "y")),
            ("ies", ""),
            ("ied", ""),
        ),
        key=lambda pair: -len(pair[0]),
    )
)


def normalise(text: str) -> str:
    """The form in which names are compared: NFKC, case folded, only words and `+ # .` kept, single spaces.

    Idempotent. Empty when nothing can be compared (punctuation, emoji).
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST_NAME]).casefold()
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(_STRAY_STOPS.sub(" ", _NOT_KEPT.sub(" ", text)).split())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its usual English endings; words with digits or `+ # .` stay whole.

    Deliberately blunt: it groups words for ranking and is never shown.
    """
    if len(word) <= 3 or _SYMBOLS.search(word):
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + instead
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]  # planning, plan
    return word


def singular(word: str) -> str:
    """A word without its plural s, when that is safe to say by its ending alone."""
    if len(word) <= 3 or _SYMBOLS.search(word) or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def content_words(norm: str) -> list[str]:
    """Stems of the words that carry meaning; all stems when nothing else is left."""
    words = norm.split()
    return [stem(word) for word in words if word not in _STOP_WORDS] or [stem(word) for word in words]


def squashed(norm: str) -> str:
    """The name without its spaces ("front end", "frontend"); empty when too short to be safe."""
    joined = norm.replace(" ", "")
    return joined if len(joined) >= 5 else ""


def loose(norm: str) -> str:
    """The name without plurals and small words ("risk assessments" is "risk assessment")."""
    words = norm.split()
    return " ".join([singular(word) for word in words if word not in _SMALL_WORDS] or words)
