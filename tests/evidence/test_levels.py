"""Stored levels: partial credit beside the own level, the sweep against a full recomputation, and whom an event touches."""

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from market import clock
from market.evidence import around, levels, queries, service
from market.evidence.models import Kind, MatchChange, PersonSkill, Rebuild
from market.evidence.posterior import DOORSTEP
from market.matching.core.policy import hopeful
from market.skills.models import Family, RelationKind, Skill, SkillKind, SkillRelation, SkillStatus
from tests.evidence.ledger import record, skill
from tests.support.world import NOW, World

TODAY = NOW.date()
BAKERY = ("organisation", 1)


def relate(db: Session, narrower: int, broader: int, kind: RelationKind = RelationKind.BROADER) -> None:
    db.add(SkillRelation(narrower_id=narrower, broader_id=broader, kind=kind))
    db.flush()


def chain(make: World, *names: str) -> list[int]:
    """Skills, each narrower than the one before."""
    made = [skill(make, name) for name in names]
    with make.write() as db:
        for broader, narrower in itertools.pairwise(made):
            relate(db, narrower, broader)
    return made


def kept(db: Session, people: Iterable[int] | None = None) -> dict[tuple[int, int], tuple[object, ...]]:
    """All that matching uses, by person and skill."""
    rows = db.exec(select(PersonSkill).execution_options(populate_existing=True))
    return {
        (r.person_id, r.skill_id): (
            r.level,
            r.own,
            r.via_skill_id,
            r.via_steps,
            r.tier,
            hopeful(r.mu, r.sigma, r.level, r.tier),
        )
        for r in rows
        if people is None or r.person_id in people
    }


def row(db: Session, person: int, of: int) -> PersonSkill | None:
    wanted = select(PersonSkill).where(PersonSkill.person_id == person, PersonSkill.skill_id == of)
    return db.exec(wanted.execution_options(populate_existing=True)).first()


def test_narrower_evidence_counts_nine_tenths_a_step_and_says_where_it_comes_from(make: World) -> None:
    data, sheets, pivots, slicers = chain(make, "Data work", "Spreadsheets", "Pivot tables", "Slicers")
    with make.write() as db:
        record(db, make.amara.id, pivots, Kind.ASSESSMENT, 4, 1, party=BAKERY)
        own = row(db, make.amara.id, pivots)
        above, two_above = row(db, make.amara.id, sheets), row(db, make.amara.id, data)
        assert own
        assert above
        assert two_above
        assert (own.via_skill_id, own.own) == (None, own.level)
        assert (above.level, above.own) == (own.level * 9 // 10, 0)
        assert (above.via_skill_id, above.via_steps) == (pivots, 1)
        assert (two_above.level, two_above.via_steps) == (own.level * 81 // 100, 2)
        below = row(db, make.amara.id, slicers)
        assert below
        assert (below.via_steps, below.level) == (-1, DOORSTEP), "broader evidence meets nothing"


def test_the_best_path_counts_and_the_own_level_comes_back_when_it_goes(make: World) -> None:
    _data, sheets, pivots = chain(make, "Data work", "Spreadsheets", "Pivot tables")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.PROJECT, 2, 1)
        alone = row(db, make.amara.id, sheets)
        assert alone is not None
        before = (alone.level, alone.mu, alone.sigma, alone.tier, alone.due_on)
        more = record(db, make.amara.id, pivots, Kind.ASSESSMENT, 4, 2, party=BAKERY)
        credited = row(db, make.amara.id, sheets)
        assert credited
        assert credited.via_skill_id == pivots
        assert credited.own == before[0] < credited.level
        service.void(db, more)
        back = row(db, make.amara.id, sheets)
        assert back
        assert (back.level, back.mu, back.sigma, back.tier, back.due_on) == before
        assert back.via_skill_id is None


def test_a_claim_counts_for_the_skill_it_names_and_no_other(make: World) -> None:
    _data, sheets, _pivots = chain(make, "Data work", "Spreadsheets", "Pivot tables")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.CLAIM, 5, 1)
        assert set(kept(db)) == {(make.amara.id, sheets)}


def test_groups_siblings_related_and_retired_skills_take_no_part(make: World) -> None:
    field, sheets, pivots, sibling, related, retired = (
        skill(make, name) for name in ("Field", "Sheets", "Pivots", "Sibling", "Related", "Retired")
    )
    with make.write() as db:
        group = db.get_one(Skill, field)
        group.kind = SkillKind.GROUP
        db.get_one(Skill, retired).status = SkillStatus.REFUSED
        relate(db, sheets, field)
        relate(db, pivots, sheets)
        relate(db, sibling, sheets)
        relate(db, pivots, related, RelationKind.RELATED)
        relate(db, pivots, retired)
        record(db, make.amara.id, pivots, Kind.ASSESSMENT, 4, 1, party=BAKERY)
        assert {s for _p, s in kept(db)} == {pivots, sheets}
    assert sibling


def test_a_skill_with_very_many_narrower_ones_says_nothing_of_each(make: World) -> None:
    wide = skill(make, "Wide")
    below = [skill(make, f"Narrow {n}") for n in range(4)]
    with make.write() as db:
        for one in below:
            relate(db, one, wide)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(around, "MOST_NARROWER", 3)
            record(db, make.amara.id, wide, Kind.ASSESSMENT, 4, 1, party=BAKERY)
            assert set(kept(db)) == {(make.amara.id, wide)}
            assert around.what_counts(db, [below[0]]) == []
        service.recompute(db, make.amara.id, [wide])
        assert len(kept(db)) == 5


def test_both_ways_of_asking_the_taxonomy_agree(make: World) -> None:
    skills = [skill(make, f"Skill {n}") for n in range(12)]
    chance = Random(3)
    with make.write() as db:
        for low, high in {tuple(chance.sample(skills, 2)) for _ in range(18)}:
            relate(db, low, high)
        counts = {(one.shown, one.asked, one.path) for one in around.where_it_counts(db, skills)}
        asked = {(one.shown, one.asked, one.path) for one in around.what_counts(db, skills)}
        assert {(s, a, p.steps, p.broader) for s, a, p in counts} == {
            (s, a, p.steps, p.broader) for s, a, p in asked
        }
        assert len(counts) > 20


def random_world(make: World, db: Session, chance: Random) -> list[int]:
    """Some people with items of every kind in related skills; the skills."""
    made = []
    for n in range(7):
        one = Skill(name=f"Skill {n}", family=chance.choice(list(Family)))
        db.add(one)
        db.flush()
        made.append(one.id)
    for low, high in {tuple(chance.sample(made, 2)) for _ in range(6)}:
        relate(db, low, high)
    for n in range(24):
        record(
            db,
            chance.choice([make.amara.id, make.chidi.id, make.mira.id]),
            chance.choice(made),
            chance.choice(list(Kind)),
            chance.randrange(51) / 10,
            n + 1,
            party=("organisation", chance.randrange(1, 4)),
            occurred_on=TODAY - timedelta(days=chance.randrange(1500)),
            expires_on=chance.choice([None, None, TODAY + timedelta(days=chance.randrange(200))]),
        )
    return made


@pytest.mark.parametrize("seed", range(3))
def test_the_sweep_keeps_what_a_full_recomputation_gives_whatever_days_it_runs_on(
    make: World, seed: int
) -> None:
    """Forwards by a day or by years, and back again when the clock was wrong."""
    chance = Random(seed)
    with make.read() as db:  # rolled back
        random_world(make, db, chance)
        for days in (1, 2, 9, 40, 41, 400, 390, 395, 3, 0, 1, 900):
            with clock.standing(NOW + timedelta(days=days)):
                while service.refresh(db, clock.now()):
                    pass
                swept = kept(db)
                levels.rebuild(db)
                assert swept == kept(db), days
        db.rollback()


def test_an_item_touches_the_person_it_is_about_and_nobody_else(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        for person in (make.amara, make.chidi, make.mira):
            record(db, person.id, sheets, Kind.ASSESSMENT, 3, person.id, party=BAKERY)
    with make.write() as db:
        others = kept(db, [make.chidi.id, make.mira.id])
        last = max(db.exec(select(MatchChange.seq)).all())
        written = counting(db, "person_skill")
        record(db, make.amara.id, sheets, Kind.ENDORSEMENT, 4, 9, party=BAKERY)
        told = db.exec(select(MatchChange.person_id).where(MatchChange.seq > last)).all()
        assert list(told) == [make.amara.id]
        assert written == [1], "one row is written"
        assert kept(db, [make.chidi.id, make.mira.id]) == others


def counting(db: Session, table: str) -> list[int]:
    """How many rows each statement from now on writes to a table."""
    found: list[int] = []

    def after(conn: object, cursor: object, statement: str, parameters: object, *_more: object) -> None:
        if (
            statement.split(None, 3)[:2] in (["UPDATE", table], ["INSERT", "INTO"])
            and table in statement[:40]
        ):
            found.append(getattr(cursor, "rowcount", -1))

    event.listen(db.get_bind(), "after_cursor_execute", after)
    return found


def test_recording_asks_no_more_statements_the_more_a_person_has_shown(make: World) -> None:
    def statements(of: int) -> int:
        found: list[str] = []
        with make.write() as db:
            bind = db.get_bind()

            def before(conn: object, cursor: object, statement: str, *_more: object) -> None:
                found.append(statement)

            event.listen(bind, "before_cursor_execute", before)
            record(db, make.amara.id, of, Kind.ENDORSEMENT, 3, 900 + of, party=BAKERY)
            event.remove(bind, "before_cursor_execute", before)
        return len(found)

    made = [skill(make, f"Skill {n}") for n in range(12)]
    first = statements(made[0])
    with make.write() as db:
        for n in range(10):
            relate(db, made[n], made[11])
            record(db, make.amara.id, made[n], Kind.PROJECT, 3, 500 + n)
    assert statements(made[11]) <= first + 1


def test_an_interrupted_rebuild_goes_on_where_it_stopped(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    people = [make.amara.id, make.chidi.id, make.mira.id]
    with make.write() as db:
        for n, person in enumerate(people):
            record(db, person, sheets, Kind.ASSESSMENT, 3, n + 1, party=BAKERY)
        true = kept(db)
        for one in db.exec(select(PersonSkill)):
            one.level = 255
            db.add(one)
    with make.write() as db:
        run = levels.rebuild_begun(db)
        assert levels.people_left(db, run) == 3
        assert levels.rebuild_some(db, run, 1) == 1
    with make.write() as db:  # another process, later
        again = levels.rebuild_begun(db)
        assert again.id == run.id
        assert levels.people_left(db, again) == 2
        while levels.rebuild_some(db, again, 1):
            pass
        assert (again.people_count, again.finished_at is not None) == (3, True)
        assert kept(db) == true
        assert levels.rebuild_begun(db).id != run.id, "the next one begins at the beginning"
        assert levels.rebuild_begun(db, anew=True).reached_id == 0
        assert len([one for one in db.exec(select(Rebuild)) if one.finished_at is None]) == 1


def test_levels_from_before_there_were_due_days_are_brought_up_at_once(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.ASSESSMENT, 3, 1, party=BAKERY)
        true = kept(db)
        one = row(db, make.amara.id, sheets)
        assert one is not None
        one.due_on, one.own = date(1970, 1, 1), 0
        db.add(one)
        db.flush()
        assert service.refresh(db, clock.now()) == 1
        assert kept(db) == true
        assert queries.stored_levels(db, make.amara.id)[sheets] == one.level
