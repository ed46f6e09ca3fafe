"""The signed view: what the signed statements say in known terms, and which members no signature covers.

A linked-data signature covers statements, not JSON. So once it holds, the document is expanded and compacted
again under the pinned contexts; what comes back is what was signed. Everything decided or shown rests on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import linked
from .contexts import Contexts

# Members that carry credentials of their own, each verified by itself; `@context` may appear only there.
EMBEDDED = ("endorsement", "verifiableCredential", "endorsementJwt")
# Members for which a vocabulary has a second name that compaction may choose: Open Badges before 3.0.1 gives the
# member and the class one address, and CLR 2.0 coerces to a class, so that only the address is left to choose.
_CLR = "https://purl.imsglobal.org/spec/vc/clr/vocab.html#"
TWINS = {
    "achievement": ("Achievement", f"{_CLR}achievement"),
    "verifiableCredential": (f"{_CLR}verifiableCredential",),
    "association": (f"{_CLR}association",),
    "identifier": (f"{_CLR}identifier-1",),
}
ALIASES = {"AchievementCredential": "OpenBadgeCredential", "geo": "GeoCoordinates"}
# Vocabularies whose statements decide: written as a bare address they would pass a reader by.
POLICY_WORDS = (
    "https://www.w3.org/2018/credentials#",
    "https://www.w3.org/ns/credentials",
    "https://w3id.org/security#",
    "https://w3id.org/vc/status-list#",
    "https://purl.imsglobal.org/spec/vc/",
    "https://purl.imsglobal.org/spec/vccs/",
)
_ROOT = frozenset(
    [
        "id",
        "type",
        "issuer",
        "validFrom",
        "validUntil",
        "issuanceDate",
        "expirationDate",
        "credentialSubject",
        "credentialStatus",
        "credentialSchema",
    ]
)
_SUBJECT = frozenset(["id", "type", "identifier", "achievement", "result", "verifiableCredential"])
_ACHIEVEMENT = frozenset(["id", "type", "name", "alignment", "resultDescription"])


class Nested(ValueError):
    """A vocabulary is changed inside the document, or a keyword stands where it has no business; `code` says."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(path)
        self.code = code
        self.path = path


@dataclass(frozen=True)
class View:
    """The signed view; the paths no signature covers; those among them that decide something; hidden ones."""

    document: dict[str, Any]
    unsigned: tuple[str, ...]
    decisive: tuple[str, ...]
    hidden: tuple[str, ...]
    split: tuple[str, ...]


def check_keywords(document: dict[str, Any]) -> None:
    """Raise `Nested` for a context inside, or for keywords and addresses in place of the members everyone reads.

    Value objects (`@value` with language, direction or type) are the one form that real badges use.
    """
    stack: list[tuple[Any, str, bool]] = [(document, "", True)]
    while stack:
        item, path, whole = stack.pop()
        if isinstance(item, list):
            stack.extend((child, path, whole) for child in item)
        if not isinstance(item, dict):
            continue
        for key, value in item.items():
            here = f"{path}/{key}"
            if key == "@context" and not (whole and all(isinstance(url, str) for url in _many(value))):
                raise Nested("context_nested", path)
            bare = ":" in key or (key.startswith("@") and key != "@context")
            if bare and not _is_value(item):
                raise Nested("keyword_misused", here)
            inside = key in EMBEDDED or key == "proof"
            if key != "@context":
                stack.append((value, here, inside))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_value(item: dict[str, Any]) -> bool:
    return "@value" in item and set(item) <= {"@value", "@language", "@direction", "@type"}


def signed_view(document: dict[str, Any], expanded: list[Any], urls: list[str], contexts: Contexts) -> View:
    """The view of an unsecured document whose expansion is given. Raises `linked.NotLinked`."""
    made = linked.compact(expanded, urls, contexts)
    made.pop("@context", None)
    original = {key: value for key, value in document.items() if key not in ("@context", "proof")}
    lost: list[tuple[str, ...]] = []
    view = _common(original, made, (), lost)
    unsigned = tuple(sorted({"/" + "/".join(path) for path in lost}))
    decisive = tuple(sorted({"/" + "/".join(path) for path in lost if _decides(path)}))
    return View(
        {"@context": urls, **view}, unsigned, decisive, tuple(_hidden(made, "")), tuple(_split(expanded))
    )


def _common(
    theirs: dict[str, Any], ours: dict[str, Any], path: tuple[str, ...], lost: list[Any]
) -> dict[str, Any]:
    """What the document and its compacted statements both say; paths that differ go to `lost`."""
    made = {}
    for name, twins in TWINS.items():
        for twin in twins:
            if name in theirs and name not in ours and twin in ours and twin not in theirs:
                ours[name] = ours.pop(twin)
    for key, value in theirs.items():
        here = (*path, key)
        if value == []:
            continue  # an empty list makes no statement, so nobody signed it and nothing is lost
        if key in EMBEDDED and key in ours:
            made[key] = value
        elif key == "type":
            types = _types(value, ours.get(key), here, lost)
            if types:
                made[key] = types if isinstance(value, list) else types[0]
        elif key not in ours:
            lost.append(here)
        else:
            kept = _kept(value, ours[key], here, lost)
            if kept is not None:
                made[key] = kept
    lost.extend((*path, key) for key in ours if key not in theirs)
    return made


def _types(theirs: Any, ours: Any, path: tuple[str, ...], lost: list[Any]) -> list[str]:
    signed = [ALIASES.get(name, name) for name in (ours if isinstance(ours, list) else [ours])]
    kept = []
    for name in theirs if isinstance(theirs, list) else [theirs]:
        if isinstance(name, str) and ALIASES.get(name, name) in signed:
            kept.append(name)
        else:
            lost.append(path)
    if {ALIASES.get(name, name) for name in kept} != {name for name in signed if name is not None}:
        lost.append(path)
    return kept


def _kept(theirs: Any, ours: Any, path: tuple[str, ...], lost: list[Any]) -> Any:
    if isinstance(theirs, list) or isinstance(ours, list):
        many, signed = _many(theirs), _many(ours)
        if len(many) != len(signed) or any(isinstance(item, list) for item in many):
            lost.append(path)
            return None
        kept = [_kept(one, other, path, lost) for one, other in zip(many, signed, strict=True)]
        kept = [item for item in kept if item is not None]
        return kept if isinstance(theirs, list) else (kept[0] if kept else None)
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if "@value" in theirs or "@value" in ours:
            return theirs if _same(theirs, ours) else lost.append(path)
        return _common(theirs, ours, path, lost)
    if isinstance(theirs, dict) and isinstance(ours, str) and set(theirs) == {"id"}:
        theirs, wrapped = theirs["id"], True
    else:
        wrapped = False
    if isinstance(theirs, dict) and isinstance(ours, str) and theirs.get("id") == ours:
        # All but the id fell away.
        lost.extend((*path, key) for key in theirs if key != "id")
        return {"id": ours}
    if isinstance(ours, dict) and isinstance(theirs, str) and set(ours) == {"id"}:
        ours = ours["id"]
    if not _same(theirs, ours):
        lost.append(path)
        return None
    return {"id": theirs} if wrapped else theirs


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _decides(path: tuple[str, ...]) -> bool:
    """Whether an unsigned member at this path could change what the credential says or how it is judged."""
    head, *rest = path
    if head not in _ROOT:
        return False
    if head == "issuer":
        return not rest or rest[0] == "id"
    if head != "credentialSubject":
        return True
    if not rest or rest[0] not in _SUBJECT:
        return not rest
    if rest[0] != "achievement" or len(rest) == 1:
        return True
    return rest[1] in _ACHIEVEMENT


def _hidden(item: Any, path: str) -> list[str]:
    """Members that compaction could spell only as an address or a keyword: no reader looks for them there."""
    found = []
    if isinstance(item, list):
        for child in item:
            found.extend(_hidden(child, path))
    elif isinstance(item, dict) and "@value" not in item:
        for key, value in item.items():
            here = f"{path}/{key}"
            if ":" in key or key.startswith("@"):
                found.append(here)
            if key == "type":
                names = value if isinstance(value, list) else [value]
                found.extend(here for name in names if str(name).startswith(POLICY_WORDS))
            elif key not in EMBEDDED:
                found.extend(_hidden(value, here))
    return found


_CRED = "https://www.w3.org/2018/credentials#"
_STATUS, _SUBJECT_WORD = f"{_CRED}credentialStatus", f"{_CRED}credentialSubject"
# What only a subject's own description may say; a subject who is also the issuer has a profile as well.
_SUBJECT_WORDS = ("#achievement", "#result", "#identifier", "#identifier-1", "#verifiableCredential", "#role")
_OTHER_CREDENTIALS = ("#endorsement", "#verifiableCredential")


def _split(expanded: list[Any]) -> list[str]:
    """Ids of the credential, its subjects and status entries of which a part is described in a second place."""
    described: dict[str, list[tuple[str, set[str]]]] = {}
    root = expanded[0] if expanded and isinstance(expanded[0], dict) else {}
    stack: list[tuple[Any, str]] = [(expanded, "root")]
    while stack:
        node, place = stack.pop()
        if isinstance(node, list):
            stack.extend((child, place) for child in node)
        if not isinstance(node, dict) or "@value" in node:
            continue
        name = node.get("@id")
        if isinstance(name, str) and len(node) > 1:
            described.setdefault(name, []).append((place, set(node)))
        for key, value in node.items():
            if not key.endswith(_OTHER_CREDENTIALS) and key not in ("@id", "@type"):
                watched = node is root and key in (_STATUS, _SUBJECT_WORD)
                stack.append((value, key if watched else place if key.startswith("@") else "elsewhere"))
    found = set()
    for name, places in described.items():
        kinds = {place for place, _ in places}
        strict = kinds & {"root", _STATUS}
        subject = _SUBJECT_WORD in kinds and any(
            place != _SUBJECT_WORD and any(key.endswith(_SUBJECT_WORDS) for key in keys)
            for place, keys in places
        )
        if len(places) > 1 and (strict or subject):
            found.add(name)
    return sorted(found)
