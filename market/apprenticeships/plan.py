"""The plan of one engagement: its version's days together with what happened of them."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from market import clock
from market.apprenticeships import queries, timeline
from market.apprenticeships.queries import Learning, Met
from market.apprenticeships.rules import SessionStatus
from market.apprenticeships.service import due_on
from market.apprenticeships.timeline import Entry, Thing, What
from market.engagements import rules as engagement_rules
from market.engagements.models import Engagement, Milestone
from market.engagements.queries import milestones_of
from market.engagements.rules import MilestoneStatus
from market.programmes.models import ProgrammeVersion
from market.programmes.rules import Phase
from market.words import _


class Plan(NamedTuple):
    """What the page of the plan shows."""

    entries: list[Entry]
    learning: list[Learning]
    sessions: list[Met]
    last_day: date


def plan_of(db: Session, engagement: Engagement, version: ProgrammeVersion, zone: str) -> Plan:
    """The plan as it stands today, in days of the reader's `zone`."""
    learning = queries.learning_of(db, engagement)
    sessions = queries.sessions_of(db, engagement.id)
    things = [
        *_learning(engagement, learning),
        *_sessions(sessions, zone),
        *_work(milestones_of(db, engagement.id)),
    ]
    last = due_on(engagement, version.weeks * 7)
    return Plan(timeline.line(things, clock.today(zone)), learning, sessions, engagement.ends_on or last)


def _learning(engagement: Engagement, learning: Iterable[Learning]) -> Iterable[Thing]:
    over = engagement.status not in (engagement_rules.Status.SCHEDULED, *engagement_rules.RUNNING)
    for one in learning:
        note = "" if one.row.mandatory else _("If you like")
        yield Thing(
            What.LEARN,
            one.row.title,
            due_on(engagement, one.row.day),
            is_done=one.done_at is not None,
            # What nobody asks for is never overdue, and nothing is once the work is over.
            is_over=over or (not one.row.mandatory and due_on(engagement, one.row.day) < clock.today()),
            link=one.row.link,
            note=note,
        )


def _sessions(sessions: Iterable[Met], zone: str) -> Iterable[Thing]:
    for one in sessions:
        at = one.row.held_at or one.row.planned_at
        yield Thing(
            What.SESSION,
            one.row.topic or _("Session with %(mentor)s", mentor=one.mentor),
            at.astimezone(ZoneInfo(zone)).date() if at else None,
            is_done=one.row.status is SessionStatus.HELD,
            is_over=one.row.status in (SessionStatus.MISSED, SessionStatus.MOVED),
        )


def _work(milestones: Iterable[Milestone]) -> Iterable[Thing]:
    for one in milestones:
        yield Thing(
            What.CAPSTONE if one.phase == Phase.CAPSTONE else What.TASK,
            one.title,
            one.due_on,
            is_done=one.status in engagement_rules.ACCEPTED,
            is_over=one.status in engagement_rules.SETTLED,
            is_begun=one.status in (MilestoneStatus.IN_PROGRESS, MilestoneStatus.SUBMITTED),
        )


def calendar_days(plan: Plan) -> list[tuple[str, Entry, date]]:
    """Entries with a day that is not over, each with a name of its own that stays the same, for a calendar file."""
    return [
        (f"{n}-{entry.thing.what}", entry, entry.thing.on)
        for n, entry in enumerate(plan.entries)
        if entry.thing.on is not None and entry.state is not timeline.State.GONE
    ]
