"""My next step: what one person has to do, where their applications are, and what is open close to them."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import Session, col

from market import clock
from market.access import Actor
from market.accounts.models import Block, Organisation, Person
from market.applications.models import Application
from market.applications.queries import MineRow, mine
from market.applications.rules import Status as ApplicationStatus
from market.engagements.models import Engagement, Milestone
from market.engagements.rules import SETTLED, MilestoneStatus, Status
from market.evidence.models import Evidence, Kind, PersonSkill
from market.evidence.posterior import DEFAULTS, UNITS, Level, posterior
from market.home import due
from market.home.todo import Todo, end_of, for_talent, in_order
from market.matching import openings
from market.matching.core.explain import Fit
from market.matching.core.pool import SkillGap
from market.opportunities.browsing import RANKED_AMONG, Card, Ranked, cards_of
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as OpeningStatus
from market.profiles.models import Project, SkillClaim, TalentProfile, Visibility
from market.profiles.rules import missing
from market.skills.models import Skill
from market.words import _

APPLICATIONS = 30
CLOSE = 3
DATES = 6


class Part(NamedTuple):
    """One part of agreed work that is not settled; the part is empty where an engagement has none left."""

    work_id: str
    work: str
    status: Status
    starts_on: date
    ends_on: date | None
    org: str
    id: str | None
    title: str | None
    part_status: MilestoneStatus | None
    due_on: date | None
    version: int | None


_WORK: Any = (
    select(
        col(Engagement.public_id),
        col(Engagement.title),
        col(Engagement.status),
        col(Engagement.starts_on),
        col(Engagement.ends_on),
        col(Organisation.name),
        col(Milestone.public_id).label("part_id"),
        col(Milestone.title).label("part"),
        col(Milestone.status).label("part_status"),
        col(Milestone.due_on),
        col(Milestone.version),
    )
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .outerjoin(
        Milestone,
        and_(col(Milestone.engagement_id) == col(Engagement.id), col(Milestone.status).not_in(SETTLED)),
    )
    .where(
        col(Engagement.person_id) == bindparam("person"),
        col(Engagement.status).in_((Status.SCHEDULED, Status.ACTIVE, Status.PAUSED)),
    )
    .order_by(col(Engagement.starts_on), col(Engagement.id), col(Milestone.position))
    .limit(100)
)

_OPEN_TO: Any = (
    select(col(Opportunity.id))
    .where(
        col(Opportunity.status) == OpeningStatus.PUBLISHED,
        col(Opportunity.org_id).not_in(bindparam("orgs", expanding=True)),
        ~select(col(Application.id))
        .where(
            col(Application.opportunity_id) == col(Opportunity.id),
            col(Application.person_id) == bindparam("me"),
            col(Application.status) != ApplicationStatus.DRAFT,
        )
        .exists(),
        ~select(col(Block.id))
        .where(col(Block.blocker_id) == bindparam("me"), col(Block.blocked_org_id) == col(Opportunity.org_id))
        .exists(),
    )
    .order_by(col(Opportunity.published_at).desc(), col(Opportunity.id).desc())
    .limit(RANKED_AMONG)
)

_PROFILE: Any = (
    select(
        func.coalesce(col(TalentProfile.headline), "").label("headline"),
        col(TalentProfile.visibility),
        col(TalentProfile.hours_week),
        func.coalesce(col(TalentProfile.completed_count), 0).label("completed"),
        select(func.count())
        .where(col(SkillClaim.person_id) == col(Person.id), col(SkillClaim.wanted).is_(False))
        .correlate(Person)
        .scalar_subquery()
        .label("claims"),
        select(func.count())
        .where(col(Project.person_id) == col(Person.id), col(Project.link) != "")
        .correlate(Person)
        .scalar_subquery()
        .label("projects"),
    )
    .select_from(Person)
    .outerjoin(TalentProfile, col(TalentProfile.person_id) == col(Person.id))
    .where(col(Person.id) == bindparam("person"))
)


class Fresh(NamedTuple):
    """Evidence that came last, with what its skill counts as now, 0-5."""

    tier: int
    kind: Kind
    occurred_on: date
    skill: str
    skill_id: str
    by: str
    unit: int

    @property
    def counts(self) -> float:
        return self.unit / UNITS


_FRESH: Any = (
    select(
        col(Evidence.tier),
        col(Evidence.kind),
        col(Evidence.occurred_on),
        col(Skill.name),
        col(Skill.public_id),
        func.coalesce(col(Organisation.name), "").label("by"),
        col(PersonSkill.level),
    )
    .join(Skill, col(Skill.id) == col(Evidence.skill_id))
    .join(
        PersonSkill,
        (col(PersonSkill.person_id) == col(Evidence.person_id))
        & (col(PersonSkill.skill_id) == col(Evidence.skill_id)),
    )
    .outerjoin(
        Organisation,
        (col(Evidence.party_kind) == "organisation") & (col(Organisation.id) == col(Evidence.party_id)),
    )
    .where(
        col(Evidence.person_id) == bindparam("person"),
        col(Evidence.tier) > 0,
        col(Evidence.voids_id).is_(None),
    )
    .order_by(col(Evidence.id).desc())
    .limit(3)
)


class Gap(NamedTuple):
    """The skill that would open most, and where the person stands in it."""

    gap: SkillGap
    skill: str
    skill_id: str
    level: Level
    tier: int | None


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


def home(db: Session, actor: Actor) -> Home:
    """The page of one person, in at most eight statements."""
    now, today = clock.now(), clock.today(actor.time_zone)
    parts = [Part._make(row) for row in db.connection().execute(_WORK, {"person": actor.id})]
    sent = mine(db, actor.id, most=APPLICATIONS)
    found = in_order(
        [
            *_parts_due(parts, actor.time_zone),
            *_applications_due(sent, now),
            *(for_talent(one) for one in due.for_talent(db, actor.id)),
        ],
        actor.time_zone,
    )
    due_count = len(found)
    near = openings.in_order(db, actor.id, _OPEN_TO.params(me=actor.id, orgs=list(actor.org_ids)))
    best = list(near[:CLOSE])
    close = [one for one in best if is_close(one.fit)]
    best = close or best
    fits = {one.id: one for one in best}
    cards = cards_of(db, list(fits)) if fits else []
    gap = near.closest_gap()
    fresh = [Fresh._make(row) for row in db.connection().execute(_FRESH, {"person": actor.id})]
    profile = db.connection().execute(_PROFILE, {"person": actor.id}).one()
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
        _gap(db, actor.id, gap, today) if gap else None,
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
        if row.status == ApplicationStatus.DRAFT and (row.deadline_at is None or row.deadline_at > now):
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


_GAP: Any = (
    select(
        col(Skill.name),
        col(Skill.public_id),
        col(Skill.family),
        col(PersonSkill.mu),
        col(PersonSkill.sigma),
        col(PersonSkill.level),
        col(PersonSkill.tier),
    )
    .outerjoin(
        PersonSkill,
        (col(PersonSkill.skill_id) == col(Skill.id)) & (col(PersonSkill.person_id) == bindparam("person")),
    )
    .where(col(Skill.id) == bindparam("skill"))
)


def _gap(db: Session, person_id: int, gap: SkillGap, today: date) -> Gap:
    row = db.connection().execute(_GAP, {"person": person_id, "skill": gap.skill_id}).one()
    if row.mu is None:
        return Gap(gap, row.name, row.public_id, posterior((), row.family, today), None)
    level = Level(row.mu, row.sigma, row.level, row.tier, (), DEFAULTS.caution * row.sigma)
    return Gap(gap, row.name, row.public_id, level, row.tier)


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
