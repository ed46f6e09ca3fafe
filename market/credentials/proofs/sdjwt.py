"""SD-JWT: a signed token with disclosures, the parts of it that its holder chose to show.

The token holds digests in place of what may be left out; each disclosure must be the one that a digest stands for.
Source: RFC 9901.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from . import jsonio, multi

ALGORITHMS = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
MAX_TEXT = 1_500_000
MAX_DISCLOSURES = 1_000
MAX_DIGESTS = 4_000
_ELEMENT = "..."


class BadDisclosure(ValueError):
    """The disclosures and the digests do not go together; `code` is one of the report's codes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Parts:
    """An SD-JWT taken apart. `binding` is the holder's own token at its end, or empty."""

    token: str
    disclosures: tuple[str, ...]
    binding: str

    @property
    def covered(self) -> str:
        """What the holder's token answers for: everything before it."""
        return "~".join([self.token, *self.disclosures, ""])


@dataclass(frozen=True)
class Disclosed:
    """The payload with what was disclosed put in its place; `withheld` where members of its top level are left out
    (or seem so: an issuer may mix in digests that stand for nothing); `names` are those of its top level that came
    by disclosure, `partial` those with something left out inside."""

    payload: dict[str, Any]
    withheld: bool
    names: frozenset[str]
    partial: frozenset[str]


def looks_like(text: str) -> bool:
    """Whether a text has the outer form of an SD-JWT."""
    return (
        text.startswith("ey") and "~" in text and text.partition("~")[0].count(".") == 2 and " " not in text
    )


def split(text: str) -> Parts:
    """The parts of the compact form. Raises `BadDisclosure`."""
    if len(text) > MAX_TEXT:
        raise BadDisclosure("too_large")
    token, *rest = text.split("~")
    if not rest:
        raise BadDisclosure("disclosure_malformed", "it does not end with “~”")
    *disclosures, binding = rest
    if len(disclosures) > MAX_DISCLOSURES:
        raise BadDisclosure("too_complex")
    if any(not one for one in disclosures):
        raise BadDisclosure("disclosure_malformed", "an empty part")
    return Parts(token, tuple(disclosures), binding)


def digest(algorithm: Any, text: str) -> str:
    """The digest of a text under the algorithm that a token names in `_sd_alg`. Raises `BadDisclosure`."""
    name = ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
    if name is None:
        raise BadDisclosure("disclosure_algorithm", repr(algorithm)[:40])
    return multi.base64url_encode(hashlib.new(name, text.encode("ascii", "replace")).digest())


def disclose(payload: dict[str, Any], disclosures: tuple[str, ...]) -> Disclosed:
    """Put each disclosure in the place of its digest. Raises `BadDisclosure`, `jsonio.BadJSON`.

    Every disclosure must be used once, no digest may stand in two places, and nothing disclosed may replace what
    the token says already or bring reserved names.
    """
    algorithm = payload.get("_sd_alg", "sha-256")
    by_digest: dict[str, list[Any]] = {}
    for one in disclosures:
        name = digest(algorithm, one)
        if name in by_digest:
            raise BadDisclosure("disclosure_twice")
        by_digest[name] = _read(one)
    digest(algorithm, "")  # an algorithm that we do not know is refused without disclosures, too
    work = _Work(by_digest)
    made = cast(dict[str, Any], work.put({k: v for k, v in payload.items() if k != "_sd_alg"}, 1))
    if unused := set(by_digest) - work.seen:
        raise BadDisclosure("disclosure_unused", str(len(unused)))
    jsonio.check_shape(made)
    own = {name for name in payload if name not in ("_sd", "_sd_alg")}
    withheld = sum(1 for name in jsonio.texts(payload.get("_sd")) if name not in by_digest)
    return Disclosed(made, withheld > 0, frozenset(set(made) - own), frozenset(work.partial))


def _read(text: str) -> list[Any]:
    try:
        value = jsonio.parse(multi.base64url_decode(text))
    except (multi.BadEncoding, jsonio.BadJSON) as cause:
        raise BadDisclosure("disclosure_malformed", str(cause)) from cause
    if not isinstance(value, list) or len(value) not in (2, 3) or not isinstance(value[0], str):
        raise BadDisclosure("disclosure_malformed", "not a list of salt, name and value")
    if len(value) == 3 and (not isinstance(value[1], str) or value[1] in ("_sd", _ELEMENT, "_sd_alg")):
        raise BadDisclosure("disclosure_malformed", "a name that is reserved")
    return value


class _Work:
    """One walk through a payload, down into what is disclosed on the way."""

    def __init__(self, by_digest: dict[str, list[Any]]) -> None:
        self.by_digest = by_digest
        self.seen: set[str] = set()
        self.hidden = 0
        self.partial: set[str] = set()

    def meet(self, name: Any) -> list[Any] | None:
        """The disclosure that a digest stands for, if it was brought; each digest may be met once."""
        if not isinstance(name, str):
            raise BadDisclosure("disclosure_malformed", "a digest that is no text")
        if name in self.seen:
            raise BadDisclosure("disclosure_twice")
        self.seen.add(name)
        if len(self.seen) > MAX_DIGESTS:
            raise BadDisclosure("too_complex")
        self.hidden += name not in self.by_digest
        return self.by_digest.get(name)

    def member(self, made: dict[str, Any], name: str, value: Any, depth: int) -> None:
        """Put one member in, and note on the top level whether something inside of it was left out."""
        before = self.hidden
        made[name] = self.put(value, depth + 1)
        if depth == 1 and self.hidden > before:
            self.partial.add(name)

    def put(self, value: Any, depth: int) -> Any:
        if depth > jsonio.MAX_DEPTH:
            raise BadDisclosure("too_complex")
        if isinstance(value, list):
            return [kept for item in value for kept in self._element(item, depth)]
        if not isinstance(value, dict):
            return value
        if "_sd_alg" in value or _ELEMENT in value:
            raise BadDisclosure("disclosure_malformed", "a reserved name where it has no place")
        made: dict[str, Any] = {}
        for name, item in value.items():
            if name != "_sd":
                self.member(made, name, item, depth)
        digests = value.get("_sd", [])
        if not isinstance(digests, list):
            raise BadDisclosure("disclosure_malformed", "“_sd” is no list")
        for name in digests:
            found = self.meet(name)
            if found is None:
                continue
            if len(found) != 3:
                raise BadDisclosure("disclosure_malformed", "an entry of a list in the place of a member")
            if found[1] in made:
                raise BadDisclosure("disclosure_collides", found[1][:80])
            self.member(made, found[1], found[2], depth)
        return made

    def _element(self, item: Any, depth: int) -> list[Any]:
        """An entry of a list: itself, what its digest stands for, or nothing."""
        if not isinstance(item, dict) or _ELEMENT not in item:
            return [self.put(item, depth + 1)]
        if set(item) != {_ELEMENT}:
            raise BadDisclosure("disclosure_malformed", "a digest with something beside it")
        found = self.meet(item[_ELEMENT])
        if found is None:
            return []
        if len(found) != 2:
            raise BadDisclosure("disclosure_malformed", "a member in the place of an entry of a list")
        return [self.put(found[1], depth + 1)]
