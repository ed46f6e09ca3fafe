"""Keeping the stored levels true: after an event for the people it concerns, each night for what is due, and as a whole.

One function brings people to a day; recording an item, the nightly sweep, a new release and a rebuild all call it. Of
the skills it is told, the levels come from the ledger; the rest of a person's row is read as it stands, since partial
credit needs only their whole numbers.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, insert, or_
from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Person
from market.evidence import queries
from market.evidence.around import Reach, where_it_counts
from market.evidence.credit import Credit, Path, best_credit, carries
from market.evidence.due import hope_units, next_due
from market.evidence.models import Evidence, MatchChange, PersonSkill, Rebuild, Release
from market.evidence.posterior import CLAIMED, SHOWN, SOFT, UNITS, Item
from market.outbox import Event
from market.skills.models import Skill
from market.skills.queries import standing_ids

BATCH = 2000
PEOPLE_AT_ONCE = 200

_TABLE: Any = PersonSkill.__table__  # type: ignore[attr-defined]
_KEY = (_TABLE.c.skill_id == bindparam("s")) & (_TABLE.c.person_id == bindparam("p"))
_WRITTEN = ("level", "mu", "sigma", "tier", "as_of", "version", "own", "via_skill_id", "via_steps", "due_on")
_UPDATE = _TABLE.update().where(_KEY).values(**{name: bindparam(name) for name in _WRITTEN})
_STORED = _TABLE.select().where(_TABLE.c.person_id.in_(bindparam("people", expanding=True)))
_as_stored = itemgetter(*(_TABLE.c.keys().index(name) for name in _WRITTEN))
_as_made = itemgetter(*_WRITTEN)
# Made once: an item costs a dozen statements, of which the most is building them.
_HELD = (
    select(Person.id)
    .where(col(Person.id).in_(bindparam("people", expanding=True)))
    .order_by(col(Person.id))
    .with_for_update(key_share=True)
)
_SOFT = select(Skill.id).where(col(Skill.id).in_(bindparam("skills", expanding=True)), Skill.family == SOFT)
_TOLD = insert(MatchChange.__table__)  # type: ignore[attr-defined]


class Own(NamedTuple):
    """What evidence of a skill itself says."""

    level: int
    mu: float
    sigma: float
    tier: int
    due_on: date | None
    as_of: date
    version: int


def hold(db: Session, people: Iterable[int]) -> None:
    """Let one writer at a time work on a person's ledger: each must count what the other wrote. SQLite has one anyway."""
    db.connection().execute(_HELD, {"people": sorted(people)}).all()


def recompute(db: Session, person_id: int, skill_ids: Iterable[int]) -> None:
    """Write the stored levels that evidence of some skills of one person touches, and tell the indexes.

    A skill that was merged into another keeps no level of its own: its evidence counts for the one that stays.
    """
    asked = list(skill_ids)
    if person_id not in bring(db, {person_id: {*asked, *standing_ids(db, asked).values()}}, clock.today()):
        tell_indexes(db, person_id)


def tell_indexes(db: Session, *people: int) -> None:
    """Have the matching indexes look at people again: levels, or what filters ask, have changed."""
    if people:
        db.connection().execute(_TOLD, [{"person_id": person_id} for person_id in sorted(people)])


def bring(db: Session, wanted: Mapping[int, set[int]], day: date) -> set[int]:
    """Bring these skills of these people to a day, with all that takes credit from them; whose levels or hopes changed.

    Six statements to read at most, whatever the number, and one for each way of writing. Tells the indexes.
    """
    kept: dict[int, dict[int, Any]] = {person: {} for person in wanted}
    for row in db.connection().execute(_STORED, {"people": sorted(wanted)}):
        kept[row.person_id][row.skill_id] = row
    # An own level that hides behind a better credit is not stored with its estimate: from the ledger, then.
    asked = {
        person: skills | {s for s, row in kept[person].items() if row.via_steps and row.own}
        for person, skills in wanted.items()
    }
    owns = _owns(db, kept, asked, day)
    shown = {skill for found in owns.values() for skill, own in found.items() if own.tier > CLAIMED}
    reaches: dict[int, list[Reach]] = {}
    for one in where_it_counts(db, shown):
        reaches.setdefault(one.shown, []).append(one)
    by_oneself = {
        skill for found in owns.values() for skill, own in found.items() if own.tier == SHOWN
    } & reaches.keys()
    soft = _soft(db, {one.asked for skill in by_oneself for one in reaches[skill]})
    new: list[dict[str, Any]] = []
    other: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    moved: set[int] = set()
    for person in sorted(wanted):
        made = _rows(owns[person], reaches, soft, day)
        for skill, to_keep in made.items():
            before = kept[person].get(skill)
            if before is None:
                new.append({"skill_id": skill, "person_id": person, **to_keep})
                moved.add(person)
            elif _as_stored(before) != _as_made(to_keep):
                other.append({"s": skill, "p": person, **to_keep})
                if _used(before._mapping) != _used(to_keep):
                    moved.add(person)
        for skill in kept[person].keys() - made.keys():
            gone.append({"s": skill, "p": person})
            moved.add(person)
    _write(db, new, other, gone)
    tell_indexes(db, *moved)
    return moved


def _used(row: Mapping[str, Any]) -> tuple[int, int, int]:
    """What indexes hold of a level: the integer, the hope, the tier."""
    return row["level"], hope_units(row["mu"], row["sigma"]), row["tier"]


def _write(db: Session, new: list[Any], other: list[Any], gone: list[Any]) -> None:
    connection = db.connection()
    if gone:
        connection.execute(_TABLE.delete().where(_KEY), gone)
    if other:
        connection.execute(_UPDATE, other)
    if new:
        connection.execute(_TABLE.insert(), new)


def _owns(
    db: Session, kept: Mapping[int, Mapping[int, Any]], asked: Mapping[int, set[int]], day: date
) -> dict[int, dict[int, Own]]:
    """Each person's own levels: those asked for from the ledger, the others as they are stored."""
    found: dict[int, dict[int, Own]] = {}
    for person, rows in kept.items():
        found[person] = {
            skill: Own(row.own, row.mu, row.sigma, row.tier, row.due_on, row.as_of, row.version)
            for skill, row in rows.items()
            if row.own and skill not in asked[person]
        }
    items: dict[tuple[int, int], list[Item]] = {}
    families: dict[int, str] = {}
    for one in queries.ledger_of_people(db, asked, set().union(*asked.values())):
        if one.skill_id in asked[one.person_id]:
            items.setdefault((one.person_id, one.skill_id), []).append(one.item)
            families[one.skill_id] = one.family
    release = queries.current_release(db)
    for (person, skill), ledger in items.items():
        level, due_on = next_due(ledger, families[skill], day)
        if level.level:
            found[person][skill] = Own(level.level, level.mu, level.sigma, level.tier, due_on, day, release)
        elif due_on is not None and (before := kept[person].get(skill)) and before.own:
            # The clock went back before everything that was shown: it stands until its day comes again.
            found[person][skill] = Own(
                before.own, before.mu, before.sigma, before.tier, due_on, day, before.version
            )
    return found


def _soft(db: Session, skills: set[int]) -> set[int]:
    """Those of these skills that lie in working with people. No statement for none."""
    return set(db.connection().execute(_SOFT, {"skills": sorted(skills)}).scalars()) if skills else set()


def _rows(
    owns: Mapping[int, Own], reaches: Mapping[int, list[Reach]], soft: set[int], day: date
) -> dict[int, dict[str, Any]]:
    """What is to be stored of one person: each own level, or the credit from another skill where that is more.

    `soft` are the skills in working with people among those that something shown by oneself leads to.
    """
    others: dict[int, list[tuple[int, Path]]] = {skill: [] for skill in owns}
    for shown, own in owns.items():
        if own.tier > CLAIMED:
            for one in reaches.get(shown, ()):
                if not carries(own.tier, SOFT if one.asked in soft else ""):
                    continue
                others.setdefault(one.asked, []).append((own.level, one.path))
    made = {}
    for skill, paths in others.items():
        own_level = owns[skill].level if skill in owns else 0
        credit = best_credit(skill, own_level, paths)
        if credit.level:
            made[skill] = _row(credit, owns, owns.get(skill))
    return made


def _row(credit: Credit, owns: Mapping[int, Own], own: Own | None) -> dict[str, Any]:
    by = owns[credit.path.shown]
    numerator, denominator = credit.path.part
    steps, mu, sigma = credit.path.steps, by.mu, by.sigma
    if steps:  # in part, with a hope that is a part of the whole number: it changes on the same days
        hope = hope_units(mu, sigma) * numerator // denominator
        sigma *= numerator / denominator
        mu = hope / UNITS - sigma
    return {
        "level": credit.level,
        "mu": mu,
        "sigma": sigma,
        "tier": by.tier,
        "as_of": by.as_of if own is None else own.as_of,
        "version": by.version,
        "own": own.level if own else 0,
        "via_skill_id": credit.path.shown if steps else None,
        "via_steps": -steps if credit.path.broader else steps,
        "due_on": own.due_on if own else None,
    }


def due(today: date) -> ColumnElement[bool]:
    """What the sweep must look at: what is due, and what was written for a day that has not come (the clock jumped)."""
    return or_(col(PersonSkill.due_on) <= today, col(PersonSkill.as_of) > today)


def refresh(db: Session, now: datetime) -> int:
    """Timer: bring the levels that are due to today, some thousands at a time, since age makes us less sure."""
    today = now.date()
    stale = db.exec(
        select(PersonSkill.person_id, PersonSkill.skill_id)
        .where(due(today))
        .order_by(col(PersonSkill.due_on), col(PersonSkill.person_id))
        .limit(BATCH)
    ).all()
    if not stale:
        _taken_up(db, now)
        return 0
    wanted: dict[int, set[int]] = {}
    for person, skill in [*stale, *_lost(db, today)]:
        wanted.setdefault(person, set()).add(skill)
    hold(db, wanted)
    bring(db, wanted, today)
    return len(stale)


def _lost(db: Session, today: date) -> list[tuple[int, int]]:
    """What had expired by a clock that went back since, and counts again."""
    if db.exec(select(PersonSkill.skill_id).where(col(PersonSkill.as_of) > today).limit(1)).first() is None:
        return []
    own = (col(PersonSkill.person_id) == col(Evidence.person_id)) & (
        col(PersonSkill.skill_id) == func.coalesce(col(Skill.merged_into_id), col(Skill.id))
    )
    wanted = (
        select(Evidence.person_id, func.coalesce(col(Skill.merged_into_id), col(Skill.id)))
        .join(Skill, col(Skill.id) == col(Evidence.skill_id))
        .where(col(Evidence.expires_on) >= today, ~select(PersonSkill.person_id).where(own).exists())
        .distinct()
        .limit(BATCH)
    )
    return [(person, skill) for person, skill in db.exec(wanted)]


def _taken_up(db: Session, now: datetime) -> None:
    """Nothing is due any more: every level has followed the releases there are."""
    for release in db.exec(select(Release).where(col(Release.taken_up_at).is_(None))):
        release.taken_up_at = now
        db.add(release)


def follow_merged_skill(db: Session, event: Event) -> None:
    """Subscriber: what was shown of a skill counts for the one it was merged into. Twice changes nothing more."""
    merged = event.subject_id
    assert merged is not None
    wanted = select(PersonSkill.person_id).where(PersonSkill.skill_id == merged)
    for person_id in db.exec(wanted.order_by(col(PersonSkill.person_id))).all():
        hold(db, [person_id])
        recompute(db, person_id, [merged])


def rebuild_some(db: Session, run: Rebuild, most: int = PEOPLE_AT_ONCE) -> int:
    """The next people of a rebuild, from the ledger alone; how many they were. 0 ends the run."""
    pairs = (
        select(Evidence.person_id, Evidence.skill_id)
        .where(Evidence.person_id > run.reached_id)
        .union(
            select(PersonSkill.person_id, PersonSkill.skill_id).where(PersonSkill.person_id > run.reached_id)
        )
    ).subquery()
    people = list(
        db.connection()
        .execute(select(pairs.c.person_id).distinct().order_by(pairs.c.person_id).limit(most))
        .scalars()
    )
    if not people:
        run.finished_at = clock.now()
        db.add(run)
        return 0
    hold(db, people)
    rows = db.connection().execute(
        select(pairs.c.person_id, pairs.c.skill_id).where(pairs.c.person_id.in_(people))
    )
    wanted: dict[int, set[int]] = {}
    for person, skill in rows:
        wanted.setdefault(person, set()).add(skill)
    standing = standing_ids(db, {skill for skills in wanted.values() for skill in skills})
    bring(db, {p: skills | {standing[s] for s in skills} for p, skills in wanted.items()}, clock.today())
    run.reached_id = people[-1]
    run.people_count += len(people)
    db.add(run)
    return len(people)


def rebuild_begun(db: Session, *, anew: bool = False) -> Rebuild:
    """The run that was interrupted, or a new one."""
    unfinished = select(Rebuild).where(col(Rebuild.finished_at).is_(None)).order_by(col(Rebuild.id).desc())
    found = None if anew else db.exec(unfinished).first()
    if found is None:
        for other in db.exec(unfinished):
            other.finished_at = clock.now()
            db.add(other)
        found = Rebuild()
        db.add(found)
        db.flush()
    return found


def rebuild(db: Session) -> int:
    """Every stored level anew from the ledger, in one transaction; how many people there were."""
    run = rebuild_begun(db, anew=True)
    while rebuild_some(db, run):
        pass
    return run.people_count


def people_left(db: Session, run: Rebuild) -> int:
    """How many people a rebuild has still before it."""
    pairs = (
        select(Evidence.person_id)
        .where(Evidence.person_id > run.reached_id)
        .union(select(PersonSkill.person_id).where(PersonSkill.person_id > run.reached_id))
    )
    return len(db.connection().execute(pairs).all())
