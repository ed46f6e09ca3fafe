"""Issuing to many at once: what each line of a list would do, and doing it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from market import clock
from market.access import Actor
from market.accounts.rules import normal_address
from market.credentials import finding, issuing
from market.credentials.finding import Before, Found
from market.credentials.issuing import EvidenceItem, Result
from market.credentials.models import Achievement, Issued
from market.credentials.sheet import Line, Sheet
from market.rubrics.queries import RubricView
from market.rubrics.rules import passes
from market.words import _


class Outcome(StrEnum):
    """What a line would do."""

    READY = "ready"
    HAS_IT = "has_it"
    WRONG = "wrong"


class Planned(NamedTuple):
    """One line and what it would do. `words` says why it does nothing."""

    line: Line
    outcome: Outcome
    who: Found | None = None
    words: str = ""
    times: int = 0  # how often this person was given it before


def plan(
    db: Session, actor: Actor, achievement: Achievement, sheet: Sheet, rubric: RubricView | None
) -> list[Planned]:
    """What every line of the list would do now. Four statements, however long it is."""
    people = finding.by_address(db, achievement.org_id, [line.email for line in sheet.lines])
    ids = {one.id for one in people.values()}
    before = finding.given_before(db, line_ids(db, achievement), ids)
    seen: dict[int, int] = {}
    planned = []
    for line in sheet.lines:
        who = people.get(normal_address(line.email)) if line.email else None
        one = _planned(actor, line, who, before, rubric)
        if who is not None and one.outcome is not Outcome.WRONG:
            if who.id in seen:
                one = _wrong(line, who, _("This person stands in line %(n)s already.", n=seen[who.id]))
            seen.setdefault(who.id, line.number)
        planned.append(one)
    return planned


def _planned(
    actor: Actor, line: Line, who: Found | None, before: dict[int, Before], rubric: RubricView | None
) -> Planned:
    if line.wrong:
        return _wrong(line, who, line.wrong)
    if who is None:
        return _wrong(line, None, nobody_there())
    if who.id == actor.id:
        return _wrong(line, who, _("You cannot issue a credential to yourself. Ask a colleague."))
    if line.valid_until is not None and line.valid_until <= clock.today(actor.time_zone):
        return _wrong(line, who, _("Its day in valid_until has passed."))
    if (words := lacking(rubric, line.steps)) is not None:
        return _wrong(line, who, words)
    given = before.get(who.id, Before(0, ""))
    if given.in_force:
        return Planned(line, Outcome.HAS_IT, who, _("Has it already. Nothing happens."), given.times)
    return Planned(line, Outcome.READY, who, "", given.times)


def _wrong(line: Line, who: Found | None, words: str) -> Planned:
    return Planned(line, Outcome.WRONG, who, words)


def nobody_there() -> str:
    """What is said of an address that leads to nobody."""
    return _("Nobody here has confirmed this address. Ask them to make an account with it first.")


def lacking(rubric: RubricView | None, steps: Sequence[int | None]) -> str | None:
    """What keeps these steps from earning an achievement with this rubric; None where they do."""
    if rubric is None:
        return None
    if any(step is None for step in steps) or len(steps) < len(rubric.criteria):
        return _("Each criterion needs the step that was reached, from 0 to 4.")
    reached = [(c.needed, step or 0) for c, step in zip(rubric.criteria, steps, strict=True)]
    if not passes(reached, rubric.rubric.pass_mark):
        return _("Step %(n)s is needed to pass, and is not reached.", n=rubric.rubric.pass_mark)
    return None


def line_ids(db: Session, achievement: Achievement) -> list[int]:
    """Every version of an achievement."""
    return list(db.exec(select(Achievement.id).where(Achievement.line == achievement.line)))


def issue_planned(
    db: Session, actor: Actor, achievement: Achievement, planned: Sequence[Planned], rubric: RubricView | None
) -> list[Issued]:
    """Draft a credential for each line that is ready; the worker signs them. The same list sent twice issues once."""
    made = []
    for one in planned:
        if one.outcome is Outcome.READY and one.who is not None:
            steps = (
                [(c.id, step) for c, step in zip(rubric.criteria, one.line.steps, strict=True)]
                if rubric
                else []
            )
            made.append(
                issuing.issue(
                    db,
                    actor,
                    achievement,
                    one.who.id,
                    results=[Result(criterion, step or 0) for criterion, step in steps],
                    evidence=evidence_of(one.line.reason, [(one.line.evidence, "", one.line.link)]),
                    source=by_member(one.times),
                    valid_until=end_of(one.line.valid_until, actor.time_zone),
                )
            )
    return made


def by_member(times: int) -> tuple[str, int]:
    """The source of what a member issues to someone who was given it `times` times before: two who issue the same
    thing to the same person at the same moment issue it once."""
    return ("member", times)


def evidence_of(reason: str, shown: Sequence[tuple[str, str, str]]) -> list[EvidenceItem]:
    """What a credential rests on: the reason in words, then (name, words, address) of each thing that is shown."""
    items = [EvidenceItem(_("Why it was issued"), reason)] if reason else []
    return [*items, *(EvidenceItem(name, words, url or None) for name, words, url in shown if name)]


def end_of(day: date | None, zone: str) -> datetime | None:
    """The last minute of a day where the issuer is."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone)) if day else None
