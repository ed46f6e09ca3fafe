"""My next step: what one person has to do, where their applications are, and what is open close to them."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from market import clock
from market.access import Actor
from market.applications.queries import MineRow, mine
from market.applications.rules import Status as ApplicationStatus
from market.applications.rules import is_open_to_applicants
from market.engagements.rules import MilestoneStatus, Status
from market.evidence.posterior import DEFAULTS, Level, posterior
from market.gather import Gather
from market.home import due_talent
from market.home.queries import FRESH, GAP, OPEN_TO, PROFILE, WORK, Fresh, Part
from market.home.todo import Todo, end_of, for_talent, in_order
from market.matching import growing, openings
from market.matching.core.explain import Fit
from market.matching.core.growth import SkillGap
from market.matching.core.policy import DEFAULTS as POLICY
from market.matching.core.policy import Policy
from market.matching.growing import Ground, Grown
from market.opportunities.browsing import Card, Ranked, cards_of
from market.profiles.models import Visibility
from market.profiles.rules import missing
from market.words import _

APPLICATIONS = 30
CLOSE = 3
DATES = 6
_OWN = Gather(FRESH, PROFILE)
_NEAR = Gather(*growing.reads(OPEN_TO))


class Gap(NamedTuple):
    """The skill that would open most, and where the person stands in it."""

    gap: SkillGap
    skill: str
    skill_id: str
    level: Level
    tier: int | None
    ways: list[Grown]  # programmes that teach it


class Open(NamedTuple):
    """One opening that is close, and how close."""

    card: Card
    fit: Ranked


class Home(NamedTuple):
    """Everything on the page."""

    board: Todo
    todos: list[Todo]  # after the board
    due_count: int
    applications: list[MineRow]
    close: list[Open]
    is_new: bool  # has shown nothing yet
    is_close: bool  # are these close, or only the nearest?
    open_count: int
    gap: Gap | None
    fresh: list[Fresh]
    dates: list[tuple[date, str, str]]  # the day, what, the work's public id


def home(db: Session, actor: Actor, policy: Policy = POLICY) -> Home:
    """The page of one person, in at most eight statements."""
    now, today = clock.now(), clock.today(actor.time_zone)
    parts = [Part._make(row) for row in db.connection().execute(WORK, {"person": actor.id})]
    sent = mine(db, actor.id, most=APPLICATIONS)
    found = in_order(
        [
            *_parts_due(parts, actor.time_zone),
            *_applications_due(sent, now),
            *(for_talent(one) for one in due_talent.for_talent(db, actor.id)),
        ],
        actor.time_zone,
    )
    due_count = len(found)
    asked, narrower = _NEAR.read(db, {"person": actor.id, "me": actor.id, "orgs": list(actor.org_ids)})
    near, around = openings.in_order(asked, policy), growing.ground_of(asked, narrower)
    best = list(near[:CLOSE])
    close = [one for one in best if is_close(one.fit)]
    best = close or best
    fits = {one.id: one for one in best}
    cards = cards_of(db, list(fits)) if fits else []
    rows, (profile,) = _OWN.read(db, {"person": actor.id})
    fresh = [Fresh._make(row) for row in rows]
    found += _profile_todos(profile)
    if not found:
        found = [_look_around(len(near))]
    return Home(
        found[0],
        found[1:],
        due_count,
        [row for row in sent if row.status != ApplicationStatus.DRAFT],
        [Open(card, fits[card.id]) for card in cards],
        not fresh and not profile.claims,
        bool(close),
        len(near),
        next((_gap(db, actor, gap, around, today) for gap in around.gaps[:1]), None),
        fresh,
        _dates(parts, today),
    )


def is_close(fit: Fit) -> bool:
    """Half of what is essential is met, or half of everything asked is covered."""
    return 2 * fit.met >= max(1, fit.of) or fit.coverage >= 50


def _parts_due(parts: list[Part], zone: str) -> list[Todo]:
    """What is to be handed in; where nothing is under way, what is to be begun."""
    found = []
    busy = {
        p.work_id for p in parts if p.part_status in (MilestoneStatus.IN_PROGRESS, MilestoneStatus.SUBMITTED)
    }
    for p in parts:
        if p.status is not Status.ACTIVE or p.id is None or p.title is None:
            continue
        by = end_of(p.due_on, zone) if p.due_on else None
        if p.part_status is MilestoneStatus.IN_PROGRESS:
            again = bool(p.version)
            title = (
                _("Hand in version %(n)s of “%(title)s”", n=(p.version or 0) + 1, title=p.title)
                if again
                else _("Hand in “%(title)s”", title=p.title)
            )
            words = _("%(who)s asked for a change.", who=p.org) if again else f"{p.work}, {p.org}."
        elif p.part_status is MilestoneStatus.PLANNED and p.work_id not in busy:
            busy.add(p.work_id)
            title, words = _("Begin “%(title)s”", title=p.title), f"{p.work}, {p.org}."
        else:
            continue
        found.append(
            Todo(
                title,
                words,
                _("Open the work"),
                "engagements.milestone",
                {"milestone": p.id},
                by,
                is_agreed=True,
            )
        )
    return found


def _applications_due(sent: list[MineRow], now: datetime) -> list[Todo]:
    """Drafts to finish while they can be sent, offers to answer."""
    found = []
    for row in sent:
        if row.status == ApplicationStatus.DRAFT and is_open_to_applicants(row.opening, now):
            found.append(
                Todo(
                    _("Finish your draft"),
                    f"{row.title}, {row.org_name}.",
                    _("Continue"),
                    "applications.new",
                    {"id": row.opportunity_public_id},
                    row.deadline_at,
                )
            )
        elif row.offer_public_id and row.offer_by == "employer":
            found.append(
                Todo(
                    _("Answer an offer"),
                    _("%(who)s offers you “%(what)s”.", who=row.org_name, what=row.title),
                    _("Read the offer"),
                    "offers.show",
                    {"id": row.offer_public_id},
                    row.offer_expires_at,
                    "letter",
                )
            )
    return found


_ANCHORS = {"skills": "profiles.skills", "projects": "profiles.new_project", "basics": "profiles.edit"}


def _profile_todos(profile: Any) -> list[Todo]:
    """What would make the profile say more: at most two, and only the first steps."""
    wanted = missing(
        headline=profile.headline,
        claims=profile.claims,
        open_projects=profile.projects,
        hours_week=profile.hours_week,
        visibility=profile.visibility or Visibility.PRIVATE,
    )
    if profile.completed:
        wanted = [one for one in wanted if one.key == "skills"]
    return [
        Todo(one.title, one.words, _("Do this"), _ANCHORS[one.key], {}, None, "new") for one in wanted[:2]
    ]


def _look_around(n: int) -> Todo:
    words = _(
        "Nothing is due, and your profile says what it can. New openings stand here as they are posted."
    )
    if n:
        words = _(
            "Nothing is due. They stand in the order of your evidence, each with what is still missing."
        )
    return Todo(
        _("Look at what is open"), words, _("See openings"), "opportunities.browse", {}, None, "arrow"
    )


def _gap(db: Session, actor: Actor, gap: SkillGap, around: Ground, today: date) -> Gap:
    row = db.connection().execute(GAP, {"person": actor.id, "skill": gap.skill_id}).one()
    ways = growing.ways_for(db, actor, {gap.skill_id: gap.level}, 2, around)
    if row.mu is None:
        return Gap(gap, row.name, row.public_id, posterior((), row.family, today), None, ways)
    level = Level(row.mu, row.sigma, row.level, row.tier, (), DEFAULTS.caution * row.sigma)
    return Gap(gap, row.name, row.public_id, level, row.tier, ways)


def _dates(parts: list[Part], today: date) -> list[tuple[date, str, str]]:
    """Days ahead: when work begins, when parts are due, when it ends."""
    found: set[tuple[date, str, str]] = set()
    for p in parts:
        if p.status is Status.SCHEDULED:
            found.add((p.starts_on, _("%(what)s begins", what=p.work), p.work_id))
        elif p.due_on is not None and p.title and p.part_status != MilestoneStatus.SUBMITTED:
            found.add((p.due_on, _("“%(part)s” is due", part=p.title), p.work_id))
        if p.ends_on is not None:
            found.add((p.ends_on, _("%(what)s is to end", what=p.work), p.work_id))
    return sorted(one for one in found if one[0] >= today)[:DATES]
