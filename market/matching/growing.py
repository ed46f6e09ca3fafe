"""From gap to growth: the published programmes that teach what someone lacks, and what one would open for them.

Two statements whatever is asked: what open openings ask beside the person's levels, with the narrower skills that count
for it; and the programmes that teach one of the skills, or a narrower one, each with what it teaches, what it asks people
to come with, and the person's level in each of these. Counted are the newest openings, as many as lists of openings put
in order; where there are more, pages say so. The order comes from `core.growth`; the words that give its reasons stand in `growing_words`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, func, literal, union_all
from sqlalchemy import select as rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market.access import Actor
from market.accounts.models import Block, Organisation
from market.evidence.around import from_narrower, narrower_of
from market.evidence.models import PersonSkill
from market.gather import Gather
from market.matching.core.contract import Requirement
from market.matching.core.growth import ALONE, Counts, Course, Distance, SkillGap, Way, skill_gaps, ways
from market.matching.queries import Beside, beside_of
from market.opportunities.browsing import RANKED_AMONG
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.opportunities.rules import Status as OpeningStatus
from market.programmes.models import Cohort, LearningOutcome, Prerequisite, Programme, ProgrammeVersion
from market.programmes.rules import Status
from market.skills.models import RelationKind, Skill, SkillRelation

AMONG = 200  # programmes that teach one of the skills, the newest; of these the best are shown

p, v, org = Programme.__table__.c, ProgrammeVersion.__table__.c, Organisation.__table__.c  # type: ignore[attr-defined]
c, o, q = Cohort.__table__.c, LearningOutcome.__table__.c, Prerequisite.__table__.c  # type: ignore[attr-defined]
_any = ProgrammeVersion.__table__.alias("any_version")  # type: ignore[attr-defined]


class Offered(NamedTuple):
    """One programme as a list of ways shows it."""

    id: int
    public_id: str
    title: str
    org_name: str
    weeks: int
    hours: int
    pay_minor: int
    cost_minor: int
    currency: str
    places: int
    next_start: date | None


class Grown(NamedTuple):
    """A way with the programme it leads through, and the names of the skills it speaks of."""

    way: Way
    programme: Offered
    names: Mapping[int, str]


class Ground(NamedTuple):
    """Where someone stands among the openings they may see: their levels in what these ask, and how far each is."""

    ids: tuple[int, ...]
    names: dict[int, str]
    levels: dict[int, int]
    openings: list[list[Requirement]]
    counts: Counts = ALONE

    @property
    def is_cut(self) -> bool:
        """Whether older openings may have been left out."""
        return len(self.ids) >= RANKED_AMONG

    @property
    def distance(self) -> Distance:
        """How far each opening is."""
        return Distance(self.levels, self.openings, self.counts)

    @property
    def gaps(self) -> tuple[SkillGap, ...]:
        """The five skills that would open most; of those that open as many, the ones least is missing of."""
        return skill_gaps(self.distance, 5)


MAY_TAKE = (
    col(Opportunity.status) == OpeningStatus.PUBLISHED,
    col(Opportunity.org_id).not_in(bindparam("orgs", expanding=True)),
    ~rows(col(Block.id))
    .where(col(Block.blocker_id) == bindparam("person"), col(Block.blocked_org_id) == col(Opportunity.org_id))
    .exists(),
)
"""What holds for an opening that `person` may take, of none of their own `orgs`."""
OPEN_TO: Any = (
    rows(col(Opportunity.id))
    .where(*MAY_TAKE)
    .order_by(col(Opportunity.published_at).desc(), col(Opportunity.id).desc())
    .limit(RANKED_AMONG)
)
"""The openings that a person may take: the newest that are open, none of their own organisations."""
_WANTED = rows(col(Skill.id)).where(col(Skill.id).in_(bindparam("wanted", expanding=True)))


def reads(openings: Any, *more: Any) -> tuple[Any, Any]:
    """What the openings that a statement selects ask beside the levels of `person`, and what is narrower than it.

    `more` are statements of further skills of which the narrower ones are read. To be read beside other things; `ground_of`
    makes a ground of the rows.
    """
    asked = (
        rows(col(Asked.skill_id))
        .join(
            Opportunity,
            (col(Opportunity.id) == col(Asked.opportunity_id))
            & (col(Opportunity.version) == col(Asked.version)),
        )
        .where(col(Asked.essential), col(Asked.opportunity_id).in_(openings))
    )
    return beside_of(openings), narrower_of(asked.union(*more) if more else asked)


_GROUND = Gather(*reads(OPEN_TO, _WANTED))


def ground(db: Session, actor: Actor, wanted: Iterable[int] = ()) -> Ground:
    """What the openings that are open to this person ask, beside their levels. One statement.

    Narrower skills are known of everything essential in them, and of the skills wanted.
    """
    given = {"person": actor.id, "orgs": list(actor.org_ids), "wanted": list(wanted)}
    return ground_of(*_GROUND.read(db, given))


def ground_of(openings: Iterable[Beside], narrower: Iterable[Any]) -> Ground:
    """The same of the rows of `reads`."""
    found: dict[int, list[Requirement]] = {}
    names: dict[int, str] = {}
    levels: dict[int, int] = {}
    for row in openings:
        asked = Requirement(row.skill_id, row.level, row.weight, bool(row.essential))
        found.setdefault(row.opportunity_id, []).append(asked)
        names[row.skill_id], levels[row.skill_id] = row.name, row.unit
    return Ground(tuple(found), names, levels, list(found.values()), from_narrower(narrower))


def _near_skills(wanted: Any) -> Any:
    """The skills wanted, and those one or two steps below them, whose evidence counts for them in part."""
    one, two = aliased(SkillRelation), aliased(SkillRelation)
    below = (col(one.kind) == RelationKind.BROADER) & col(one.broader_id).in_(wanted)
    return (
        rows(col(Skill.id))
        .where(col(Skill.id).in_(wanted))
        .union(
            rows(col(one.narrower_id)).where(below),
            rows(col(two.narrower_id))
            .join(one, col(one.narrower_id) == col(two.broader_id))
            .where(below, col(two.kind) == RelationKind.BROADER),
        )
    )


def _teaching() -> Any:
    """Programmes that teach one of the skills, or what counts for it, with all they teach and ask, beside one's levels."""
    opens = and_(
        c.programme_version_id == _any.c.id, _any.c.programme_id == p.id, c.is_open, c.seats_free > 0
    )
    both = (Cohort.__table__, _any)  # type: ignore[attr-defined]
    cards = (
        rows(
            p.id, p.public_id, v.title, org.name, v.weeks, v.workload_hours, v.pay_minor,
            v.learner_cost_minor, v.currency,
            rows(func.coalesce(func.sum(c.seats_free), 0)).select_from(*both).where(opens).scalar_subquery()
            .label("places"),
            rows(func.min(c.starts_on)).select_from(*both).where(opens).scalar_subquery().label("next_start"),
            v.id.label("version_id"),
        )
        .select_from(Programme.__table__)  # type: ignore[attr-defined]
        .join(ProgrammeVersion.__table__, and_(v.programme_id == p.id, v.version == p.version))  # type: ignore[attr-defined]
        .join(Organisation.__table__, org.id == p.org_id)  # type: ignore[attr-defined]
        .where(
            p.status == Status.PUBLISHED,
            # One's own organisation teaches its members in internal programmes, and in no others.
            p.for_members == p.org_id.in_(bindparam("orgs", expanding=True)),
            rows(o.id)
            .where(o.version_id == v.id, o.skill_id.in_(_near_skills(bindparam("skills", expanding=True))))
            .correlate(ProgrammeVersion.__table__)  # type: ignore[attr-defined]
            .exists(),
            ~rows(col(Block.id))
            .where(col(Block.blocker_id) == bindparam("person"), col(Block.blocked_org_id) == p.org_id)
            .correlate(Programme.__table__)  # type: ignore[attr-defined]
            .exists(),
        )
        .order_by(p.published_at.desc(), p.id.desc())
        .limit(AMONG)
        .subquery("cards")
    )  # fmt: skip
    parts = union_all(
        rows(o.version_id, literal(1).label("taught"), o.skill_id, o.level).where(o.skill_id.is_not(None)),
        rows(q.version_id, literal(0), q.skill_id, q.level).where(q.essential),
    ).subquery("parts")
    return (
        rows(
            *[column for column in cards.c if column.name != "version_id"],
            parts.c.taught,
            parts.c.skill_id,
            parts.c.level.label("skill_level"),
            col(Skill.name).label("skill"),
            case((col(PersonSkill.level).is_(None), 0), else_=col(PersonSkill.level)).label("unit"),
        )
        .join(parts, parts.c.version_id == cards.c.version_id)
        .join(Skill, col(Skill.id) == parts.c.skill_id)
        .outerjoin(
            PersonSkill,
            and_(
                col(PersonSkill.skill_id) == parts.c.skill_id,
                col(PersonSkill.person_id) == bindparam("person"),
            ),
        )
    )


_TEACHING = _teaching()


class Taught(NamedTuple):
    """Programmes as they were read: cards and courses by id, the person's levels in their skills, and the names."""

    cards: dict[int, Offered]
    courses: list[Course]
    levels: dict[int, int]
    names: dict[int, str]


def teaching(db: Session, actor: Actor, skills: Sequence[int]) -> Taught:
    """The programmes that teach one of these skills, or a narrower one, and take this person. One statement."""
    cards: dict[int, Offered] = {}
    teaches: dict[int, dict[int, int]] = {}
    asks: dict[int, dict[int, int]] = {}
    levels: dict[int, int] = {}
    names: dict[int, str] = {}
    given = {"person": actor.id, "orgs": list(actor.org_ids), "skills": list(skills)}
    for row in db.connection().execute(_TEACHING, given) if skills else ():
        card = Offered(*tuple(row)[: len(Offered._fields)])
        cards[card.id] = card
        part = (teaches if row.taught else asks).setdefault(card.id, {})
        part[row.skill_id] = max(part.get(row.skill_id, 0), row.skill_level)
        levels[row.skill_id], names[row.skill_id] = row.unit, row.skill
    courses = [
        Course(
            one.id, teaches.get(one.id, {}), asks.get(one.id, {}), one.cost_minor, one.currency, one.hours, one.places
        )
        for one in cards.values()
    ]  # fmt: skip
    return Taught(cards, courses, levels, names)


def ways_for(
    db: Session, actor: Actor, wanted: Mapping[int, int], most: int = 3, around: Ground | None = None
) -> list[Grown]:
    """The programmes that teach this person one of the skills wanted (skill to level 1-5), the best first.

    Two statements; one where `around` is at hand.
    """
    taught = teaching(db, actor, list(wanted))
    if not taught.cards:
        return []
    return chosen(taught, around or ground(db, actor, wanted), wanted, most)


def chosen(taught: Taught, around: Ground, wanted: Mapping[int, int], most: int = 3) -> list[Grown]:
    """The best of the programmes read for these skills."""
    distance = Distance({**around.levels, **taught.levels}, around.openings, around.counts)
    return [
        Grown(one, taught.cards[one.course.id], {**around.names, **taught.names})
        for one in ways(distance, wanted, taught.courses, most)
    ]


class Step(NamedTuple):
    """A skill that would open more, with the programmes that teach it."""

    gap: SkillGap
    skill: str
    ways: list[Grown]


class Steps(NamedTuple):
    """The skills that would open most, and among how many openings they were counted."""

    steps: list[Step]
    of: int
    is_cut: bool  # there may be older ones


def steps_for(db: Session, actor: Actor) -> Steps:
    """The five skills that would open most to this person, each with up to three programmes. Two statements."""
    around = ground(db, actor)
    gaps = around.gaps
    taught = teaching(db, actor, [gap.skill_id for gap in gaps])
    found = [
        Step(gap, around.names[gap.skill_id], chosen(taught, around, {gap.skill_id: gap.level}))
        for gap in gaps
    ]
    return Steps(found, len(around.ids), around.is_cut)


class Opening(NamedTuple):
    """An opening by name."""

    id: int
    public_id: str
    title: str
    org_name: str


class Opens(NamedTuple):
    """What one programme would change: openings it brings into reach, the first few by name, and how many come closer."""

    opened: int
    first: list[Opening]
    closer: int
    of: int  # openings that ask for something and are open to this person
    open_now: int  # of these within reach today
    is_cut: bool  # there may be older ones


def would_open(db: Session, actor: Actor, outcomes: Mapping[int, int], most: int = 5) -> Opens:
    """What these outcomes (skill to level 1-5), shown at their levels, would open for this person. Two statements."""
    around = ground(db, actor)
    distance = around.distance
    reach = distance.reach(outcomes)
    ids = [around.ids[place] for place in reach.opened]
    return Opens(
        len(ids),
        _named(db, ids[-most:]) if ids else [],
        len(reach.closer),
        len(around.ids),
        len(around.ids) - len(distance.lacking),
        around.is_cut,
    )


def _named(db: Session, ids: Sequence[int]) -> list[Opening]:
    found = db.connection().execute(
        rows(col(Opportunity.id), col(Opportunity.public_id), col(Opportunity.title), org.name)
        .join(Organisation.__table__, org.id == col(Opportunity.org_id))  # type: ignore[attr-defined]
        .where(col(Opportunity.id).in_(ids))
        .order_by(col(Opportunity.published_at).desc(), col(Opportunity.id).desc())
    )
    return [Opening(*row) for row in found]
