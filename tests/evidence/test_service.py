"""The ledger and the levels kept beside it, on both databases."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from market import clock, timers
from market.evidence import queries, service
from market.evidence.models import Evidence, Kind, MatchChange, PersonSkill
from market.evidence.posterior import DOORSTEP, posterior
from market.matching.core.policy import hopeful
from market.skills.models import Family, Skill
from market.skills.service import merge
from tests.evidence.ledger import record, skill, stored
from tests.support.world import NOW, World

TODAY = NOW.date()
BAKERY = ("organisation", 1)


def changes(db: Session, person_id: int) -> int:
    return len(db.exec(select(MatchChange).where(MatchChange.person_id == person_id)).all())


def test_an_item_moves_the_level_and_tells_the_indexes_in_the_same_transaction(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.ASSESSMENT, 3, 1, party=BAKERY)
        level, mu, sigma, tier, as_of = stored(db, make.amara.id)[sheets]
        exact = queries.levels_of(db, make.amara.id)[sheets]
        assert (level, mu, sigma, tier, as_of) == (exact.level, exact.mu, exact.sigma, 4, TODAY)
        assert level > DOORSTEP
        assert changes(db, make.amara.id) == 1
        db.rollback()
        assert stored(db, make.amara.id) == {}
        assert changes(db, make.amara.id) == 0


def test_a_source_says_a_thing_once(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.ASSESSMENT, 3, 1)
        before = stored(db, make.amara.id)
        again = service.record(
            db,
            person_id=make.amara.id,
            skill_id=sheets,
            kind=Kind.ASSESSMENT,
            reading_milli=5000,
            source=("test_assessment", 1),
        )
        assert again is None
        assert stored(db, make.amara.id) == before
        assert len(queries.ledger_of(db, make.amara.id)) == 1


def test_what_is_recorded_and_voided_is_announced_with_ids_only(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        item = record(db, make.amara.id, sheets, Kind.CLAIM, 3, 1)
        service.void(db, item)
    for name in ("evidence.recorded", "evidence.voided"):
        (event,) = make.events(name)
        assert event.subject_kind == "evidence"
        assert event.payload == {"person_id": make.amara.id, "skill_id": sheets}
    make.drain()


def test_a_void_takes_an_item_out_of_account_and_leaves_it_in_the_ledger(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        first = record(db, make.amara.id, sheets, Kind.ASSESSMENT, 2, 1)
        alone = stored(db, make.amara.id)
        second = record(db, make.amara.id, sheets, Kind.ASSESSMENT, 4, 2)
        assert stored(db, make.amara.id) != alone
        service.void(db, second)
        assert stored(db, make.amara.id) == alone
        service.void(db, first)
        assert stored(db, make.amara.id) == {}
        assert len(db.exec(select(Evidence)).all()) == 4


def test_a_second_void_and_a_void_of_a_void_do_nothing(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        item = record(db, make.amara.id, sheets, Kind.ASSESSMENT, 2, 1)
        service.void(db, item)
        service.void(db, item)
        (voiding,) = db.exec(select(Evidence).where(col(Evidence.voids_id).is_not(None))).all()
        service.void(db, voiding)
        assert len(db.exec(select(Evidence)).all()) == 2
        assert stored(db, make.amara.id) == {}


def test_a_source_is_voided_for_everyone_and_everything_it_spoke_of(make: World) -> None:
    sheets, records = skill(make, "Spreadsheets"), skill(make, "Records")
    with make.write() as db:
        for skill_id in (sheets, records):
            record(db, make.amara.id, skill_id, Kind.ENDORSEMENT, 3, 7)
        kept = record(db, make.amara.id, records, Kind.ENDORSEMENT, 3, 8)
        service.void_source(db, ("test_endorsement", 7))
        assert [row.id for row in queries.ledger_of(db, make.amara.id)] == [kept.id]
        assert set(stored(db, make.amara.id)) == {records}


def test_the_database_lets_an_item_be_voided_once(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        item = record(db, make.amara.id, sheets, Kind.ASSESSMENT, 2, 1)
        service.void(db, item)
    with make.read() as db, pytest.raises(DBAPIError):
        db.execute(
            text(
                "INSERT INTO evidence (person_id, skill_id, kind, tier, reading_milli, variance_milli, source_kind,"
                " source_id, party_kind, occurred_on, recorded_at, voids_id)"
                " SELECT person_id, skill_id, kind, tier, reading_milli, variance_milli, source_kind, source_id,"
                " party_kind, occurred_on, recorded_at, voids_id FROM evidence WHERE voids_id IS NOT NULL"
            )
        )


@pytest.mark.parametrize("statement", ["UPDATE evidence SET reading_milli = 5000", "DELETE FROM evidence"])
def test_the_ledger_refuses_to_be_rewritten(make: World, statement: str) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.CLAIM, 2, 1)
    with make.write() as db:
        with pytest.raises(DBAPIError, match="append-only"):
            db.execute(text(statement))
        db.rollback()
    with make.read() as db:
        assert [row.reading_milli for row in queries.ledger_of(db, make.amara.id)] == [2000]


def test_an_erasure_may_delete_from_the_ledger_and_still_not_rewrite_it(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.CLAIM, 2, 1)
    with make.write() as db:
        db.execute(text("INSERT INTO erasing (id) VALUES (1)"))
        with pytest.raises(DBAPIError, match="append-only"), db.begin_nested():
            db.execute(text("UPDATE evidence SET reading_milli = 5000"))
        db.execute(text("DELETE FROM evidence"))
        db.execute(text("DELETE FROM erasing"))
    with make.read() as db:
        assert queries.ledger_of(db, make.amara.id) == []


def test_claims_alone_stay_at_the_doorstep(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        for n in range(12):
            record(db, make.amara.id, sheets, Kind.CLAIM, 5, n + 1)
            assert queries.stored_levels(db, make.amara.id)[sheets] <= DOORSTEP == 25
        record(db, make.amara.id, sheets, Kind.ASSESSMENT, 4, 1, party=BAKERY)
        assert queries.stored_levels(db, make.amara.id)[sheets] > DOORSTEP


def test_a_day_that_has_not_come_counts_as_today(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        item = record(db, make.amara.id, sheets, Kind.PROJECT, 3, 1, occurred_on=TODAY + timedelta(days=1))
        assert item.occurred_on == TODAY
        assert sheets in stored(db, make.amara.id)


def test_the_sweep_touches_only_what_is_due_and_tells_only_of_those_that_moved(make: World) -> None:
    tool, soft = skill(make, "Spreadsheets", Family.TOOL), skill(make, "Keeping calm", Family.SOFT)
    with make.write() as db:
        record(db, make.amara.id, tool, Kind.ASSESSMENT, 4, 1, party=BAKERY)
        record(db, make.chidi.id, soft, Kind.CLAIM, 1, 2)
        before = {who: stored(db, who) for who in (make.amara.id, make.chidi.id)}
        told = {who: changes(db, who) for who in before}

    with make.write() as db:
        assert service.refresh(db, clock.now()) == 0, "nothing is of an earlier day yet"

    clock.move(timedelta(days=120))
    with make.write() as db:
        assert service.refresh(db, clock.now()) == 1, "the claim is as it was, and is not looked at"
        assert service.refresh(db, clock.now()) == 0
        exact = queries.levels_of(db, make.amara.id)[tool]
        assert stored(db, make.amara.id)[tool] == (exact.level, exact.mu, exact.sigma, 4, clock.today())
        assert stored(db, make.amara.id)[tool][0] < before[make.amara.id][tool][0]
        assert stored(db, make.chidi.id) == before[make.chidi.id]
        assert queries.levels_of(db, make.chidi.id)[soft].level == before[make.chidi.id][soft][0]
        assert changes(db, make.amara.id) == told[make.amara.id] + 1
        assert changes(db, make.chidi.id) == told[make.chidi.id], "a level that stayed is no news"


def test_a_credential_that_expires_stops_counting_on_its_day(make: World) -> None:
    sheets = skill(make, "Spreadsheets")
    ends = TODAY + timedelta(days=10)
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.CREDENTIAL, 3, 1, party=("issuer", 4), expires_on=ends)
    clock.move(timedelta(days=10))
    with make.write() as db:
        service.refresh(db, clock.now())
        assert sheets in stored(db, make.amara.id), "it counts on its last day"
    clock.move(timedelta(days=1))
    with make.write() as db:
        told = changes(db, make.amara.id)
        service.refresh(db, clock.now())
        assert stored(db, make.amara.id) == {}
        assert changes(db, make.amara.id) == told + 1


def test_the_sweep_of_the_site_refreshes_levels() -> None:
    assert service.refresh in timers.TIMERS


def test_levels_can_be_made_anew_from_the_ledger_alone(make: World) -> None:
    sheets, records = skill(make, "Spreadsheets"), skill(make, "Records")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.ASSESSMENT, 4, 1, party=BAKERY)
        record(db, make.amara.id, records, Kind.CLAIM, 2, 2)
        gone = record(db, make.chidi.id, sheets, Kind.CLAIM, 2, 3)
        service.void(db, gone)
        before = stored(db, make.amara.id)
        row = db.get_one(PersonSkill, (sheets, make.amara.id))
        row.level = 255
        db.add(row)
        db.flush()
        assert service.rebuild(db) == 2
        assert stored(db, make.amara.id) == before
        assert stored(db, make.chidi.id) == {}


def test_two_writers_at_once_lose_neither_item(make: World) -> None:
    """Each computes the level from what both wrote: the second waits for the first."""
    from threading import Thread

    sheets = skill(make, "Spreadsheets")
    failed: list[BaseException] = []

    def write(n: int) -> None:
        try:
            with make.write() as db:
                record(db, make.amara.id, sheets, Kind.ASSESSMENT, 3, n, party=("organisation", n))
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=write, args=(n,)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with make.read() as db:
        exact = queries.levels_of(db, make.amara.id)[sheets]
        assert exact.n == 6
        assert stored(db, make.amara.id)[sheets][:3] == (exact.level, exact.mu, exact.sigma)


KINDS = st.sampled_from(list(Kind))
ITEMS = st.lists(
    st.tuples(KINDS, st.integers(0, 5000), st.integers(0, 3000), st.integers(1, 3), st.booleans()),
    min_size=1,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(items=ITEMS, later=st.integers(0, 900))
def test_what_is_kept_is_the_posterior_of_what_stands(
    make: World, items: list[tuple[Kind, int, int, int, bool]], later: int
) -> None:
    """Whatever is recorded and voided, on whatever day: the stored level is the pure function of the ledger."""
    with make.read() as db:  # rolled back: each example begins with an empty ledger
        thing = Skill(name="Anything", family=Family.KNOWLEDGE)
        db.add(thing)
        db.flush()
        for n, (kind, reading, age, party, voided) in enumerate(items, start=1):
            item = record(
                db,
                make.amara.id,
                thing.id,
                kind,
                reading / 1000,
                n,
                party=("organisation", party),
                occurred_on=TODAY - timedelta(days=age),
            )
            if voided:
                service.void(db, item)
        day: date = TODAY + timedelta(days=later)
        with clock.standing(NOW + timedelta(days=later)):
            service.refresh(db, clock.now())
        rows = queries.ledger_of(db, make.amara.id)
        assert len(rows) == sum(not voided for *_, voided in items)
        found = stored(db, make.amara.id)
        if not rows:
            assert found == {}
        else:
            exact = posterior([row.item for row in rows], Family.KNOWLEDGE, day)
            level, mu, sigma, tier, as_of = found[thing.id]
            assert (level, tier) == (exact.level, exact.tier)
            assert hopeful(mu, sigma, level, tier) == hopeful(exact.mu, exact.sigma, level, tier)
            assert as_of <= day, "of the day on which it last changed"
        db.rollback()


def test_what_was_shown_of_a_merged_skill_counts_for_the_one_that_stays(make: World) -> None:
    old, stays = skill(make, "Excel"), skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, old, Kind.ASSESSMENT, 3, 1, party=BAKERY)
        record(db, make.amara.id, stays, Kind.ASSESSMENT, 3, 2, party=("organisation", 2))
        gone = record(db, make.chidi.id, old, Kind.ENDORSEMENT, 3, 3)
        alone = stored(db, make.amara.id)[stays][0]
    with make.write() as db:
        merge(db, make.actor(make.dana), db.get_one(Skill, old), db.get_one(Skill, stays))
    make.drain()
    with make.write() as db:
        both = stored(db, make.amara.id)
        assert set(both) == {stays}
        assert both[stays][0] > alone
        assert set(stored(db, make.chidi.id)) == {stays}
        assert {(row.skill_id, row.skill) for row in queries.ledger_of(db, make.amara.id)} == {
            (stays, "Spreadsheets")
        }
        service.void(db, db.get_one(Evidence, gone.id))
        assert stored(db, make.chidi.id) == {}
        record(db, make.chidi.id, old, Kind.CLAIM, 2, 4)
        assert set(stored(db, make.chidi.id)) == {stays}, (
            "what comes late for the merged skill counts as well"
        )
        before = stored(db, make.amara.id)
        service.rebuild(db)
        assert stored(db, make.amara.id) == before
