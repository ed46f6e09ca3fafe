"""Passwords: what is taken, and argon2id at most two at a time, so that sign-ins cannot use up the machine.

A hash takes about a quarter of a second: call these outside any write transaction.
"""

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST, MOST = 12, 256
hasher = PasswordHasher()  # RFC 9106, the low-memory choice: 64 MiB, three passes, four lanes
_at_once = threading.BoundedSemaphore(2)

# Words that people choose and attackers try first; a password made of one of these and little else is refused.
_COMMON = (  # noqa: SIM905 - a paragraph of words reads better than a list
    "password passwort motdepasse contrasena letmein welcome qwerty qwertz azerty asdf zxcv iloveyou monkey dragon "
    "football baseball sunshine princess superman batman master admin administrator login access secret whatever "
    "trustno changeme default abcdef abc123 hello summer winter spring autumn january february march april june july "
    "august september october november december monday tuesday wednesday thursday friday saturday sunday liverpool "
    "arsenal chelsea computer internet michael jennifer jordan charlie"
).split()
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "01234567890123456789",
)


def _normal(password: str) -> str:
    """One form for each password, however a keyboard sends it."""
    return unicodedata.normalize("NFKC", password)


def complaint(password: str, *about: str) -> str:
    """What is wrong with a password, as a sentence; empty when it is taken. `about`: site name, own name, address."""
    text = _normal(password)
    if len(text) < LEAST:
        return f"This password has {len(text)} characters. Take {LEAST} or more: three or four words do well."
    if len(text) > MOST:
        return f"This password has {len(text)} characters. Take at most {MOST}."
    plain = text.casefold()
    if len(set(plain)) < 5:
        return "This password repeats a few signs. Take one that is harder to guess."
    left = plain
    for word in sorted((*_COMMON, *_parts(about), *_walks(plain)), key=len, reverse=True):
        left = left.replace(word, "")
    if len("".join(c for c in left if c.isalpha())) < 4 and len(left) < LEAST:
        return "This password is made of words that are guessed first. Take one that nobody connects with you or this site."
    return ""


def _parts(about: tuple[str, ...]) -> set[str]:
    """The words of names and addresses that a guesser would try."""
    plain = " ".join(about).casefold()
    for sign in "@.-_+":
        plain = plain.replace(sign, " ")
    return {word for word in plain.split() if len(word) >= 3}


def _walks(plain: str) -> set[str]:
    """Runs along the keyboard or the alphabet, forwards or backwards, of four signs or more."""
    found = set()
    for line in _RUNS:
        for way in (line, line[::-1]):
            for at in range(len(plain) - 3):
                size = 4
                while at + size <= len(plain) and plain[at : at + size] in way:
                    found.add(plain[at : at + size])
                    size += 1
    return found


def hash_password(password: str) -> str:
    """The argon2id hash that is kept."""
    with _at_once:
        return hasher.hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Is this the password? Takes as long when there is none to compare with."""
    with _at_once:
        try:
            hasher.verify(kept or _nobodys(), _normal(password)[: MOST * 4])
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


@cache
def _nobodys() -> str:
    """A hash with today's costs that belongs to nobody."""
    return hasher.hash("nobody has this password")


def is_stale(kept: str) -> bool:
    """Was it hashed with other costs than today's?"""
    return hasher.check_needs_rehash(kept)
