"""What a credential says, read from its signed view alone: values for pages and for the skills it may show.

A view is JSON that somebody else wrote: each member is taken only in the form it should have, cut to a length, and left
out otherwise. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from market.credentials.proofs.checks import Verification

_MOST = 40
"""Entries of one list that are read."""


@dataclass(frozen=True)
class Aligned:
    """One alignment: what the achievement is said to be the same as, elsewhere."""

    name: str
    url: str
    code: str = ""
    framework: str = ""
    description: str = ""


@dataclass(frozen=True)
class Result:
    """One result: what was judged, which level or value came out, and which was asked. `step` counts from 0 upwards
    among `steps` described levels; both are None where the result names no described level."""

    name: str
    reached: str
    asked: str = ""
    step: int | None = None
    asked_step: int | None = None
    steps: int = 0
    aligned: tuple[Aligned, ...] = ()


@dataclass(frozen=True)
class Said:
    """What one credential says. Empty texts where it says nothing."""

    title: str = ""
    description: str = ""
    criteria: str = ""
    issued: str = ""
    begins: str = ""
    ends: str = ""
    subject: str = ""
    tags: tuple[str, ...] = ()
    aligned: tuple[Aligned, ...] = ()
    results: tuple[Result, ...] = ()
    evidence: tuple[tuple[str, str], ...] = field(default=())
    achievement: str = ""


def said(made: Verification) -> Said:
    """What the signed view says; nothing where nothing was proved."""
    return _open_badge_2(made.view) if "badge" in made.view else _credential(made.view)


def _credential(view: Mapping[str, Any]) -> Said:
    subject = next(iter(_objects(view.get("credentialSubject"))), {})
    achievement = next(iter(_objects(subject.get("achievement"))), {})
    criteria = next(iter(_objects(achievement.get("criteria"))), {})
    described = {
        entry["id"]: entry
        for entry in _objects(achievement.get("resultDescription"))
        if isinstance(entry.get("id"), str)
    }
    return Said(
        title=_text(achievement.get("name")) or _text(view.get("name")),
        description=_text(achievement.get("description"), 2000) or _text(view.get("description"), 2000),
        criteria=_text(criteria.get("narrative"), 4000),
        issued=_text(view.get("awardedDate"))
        or _text(view.get("validFrom"))
        or _text(view.get("issuanceDate")),
        begins=_text(view.get("validFrom")) or _text(view.get("issuanceDate")),
        ends=_text(view.get("validUntil")) or _text(view.get("expirationDate")),
        subject=_text(subject.get("id"), 500),
        tags=tuple(filter(None, (_text(one) for one in _listed(achievement.get("tag"))))),
        aligned=tuple(_alignments(achievement.get("alignment"))),
        results=tuple(_results(subject, described)),
        evidence=tuple(_evidence(view.get("evidence"))),
        achievement=_text(achievement.get("id"), 500),
    )


def _open_badge_2(view: Mapping[str, Any]) -> Said:
    badge = next(iter(_objects(view.get("badge"))), {})
    criteria = badge.get("criteria")
    return Said(
        title=_text(badge.get("name")),
        description=_text(badge.get("description"), 2000),
        criteria=_text(criteria.get("narrative"), 4000) if isinstance(criteria, dict) else "",
        issued=_text(view.get("issuedOn")),
        begins=_text(view.get("issuedOn")),
        ends=_text(view.get("expires")),
        tags=tuple(filter(None, (_text(one) for one in _listed(badge.get("tags"))))),
        aligned=tuple(_alignments(badge.get("alignment"))),
        evidence=tuple(_evidence(view.get("evidence"))),
        achievement=_text(badge.get("id"), 500),
    )


def _alignments(value: Any) -> Iterator[Aligned]:
    for entry in _objects(value):
        name = _text(entry.get("targetName"))
        url = _text(entry.get("targetUrl"), 500)
        if name or url:
            yield Aligned(
                name,
                url,
                _text(entry.get("targetCode")),
                _text(entry.get("targetFramework")),
                _text(entry.get("targetDescription")),
            )


def _results(subject: Mapping[str, Any], described: Mapping[str, Mapping[str, Any]]) -> Iterator[Result]:
    for entry in _objects(subject.get("result")):
        what = described.get(_text(entry.get("resultDescription"), 500), {})
        levels = _objects(what.get("rubricCriterionLevel"))
        places = {_text(level.get("id"), 500): place for place, level in enumerate(levels)}
        reached = places.get(_text(entry.get("achievedLevel"), 500))
        asked = places.get(_text(what.get("requiredLevel"), 500))
        value = _text(entry.get("value")) or _text(entry.get("status"))
        yield Result(
            name=_text(what.get("name")),
            reached=_text(levels[reached].get("name")) if reached is not None else value,
            asked=_text(levels[asked].get("name")) if asked is not None else _text(what.get("requiredValue")),
            step=reached,
            asked_step=asked,
            steps=len(levels),
            aligned=(*_alignments(entry.get("alignment")), *_alignments(what.get("alignment"))),
        )


def _evidence(value: Any) -> Iterator[tuple[str, str]]:
    for entry in _objects(value):
        link = _text(entry.get("id"), 500)
        name = _text(entry.get("name")) or _text(entry.get("narrative"), 400)
        if name or link:
            yield name or link, link if link.startswith(("https://", "http://")) else ""


def _listed(value: Any) -> list[Any]:
    found = value if isinstance(value, list) else [] if value is None else [value]
    return found[:_MOST]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in _listed(value) if isinstance(entry, dict)]


def _text(value: Any, most: int = 200) -> str:
    """A text, or the first of several languages, cut; control signs but line ends are dropped."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value", next((one for one in value.values() if isinstance(one, str)), ""))
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}"
    if not isinstance(value, str):
        return ""
    clean = "".join(sign for sign in value if sign == "\n" or sign.isprintable())
    return clean.strip()[:most]
