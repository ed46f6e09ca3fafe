"""Releases of severity and strength: learned from the ledger, published at once, named, and touching whom they concern."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from market import clock, timers
from market.evidence import learning, levels, queries, service
from market.evidence.models import Kind, PersonSkill, Release, SourceKind, SourceStrength
from market.evidence.posterior import DEFAULTS, DOORSTEP, OWN_WORD, Settings
from tests.evidence.ledger import record, skill
from tests.support.world import NOW, Known, World

SEVERE, FAIR, LENIENT = (("organisation", n) for n in (11, 12, 13))
MILL = ("issuer", 7)


def people(make: World, count: int) -> list[Known]:
    return [make.person(f"Person {n}") for n in range(count)]


def marked(make: World, count: int = 12) -> tuple[int, list[Known]]:
    """People whom three organisations assess: one a step lower than the others, one a step higher."""
    sheets, found = skill(make, "Spreadsheets"), people(make, count)
    with make.write() as db:
        for n, person in enumerate(found):
            for shift, party in ((-1, SEVERE), (0, FAIR), (1, LENIENT)):
                level = 2.5 + (n % 3 - 1) / 2 + shift
                record(db, person.id, sheets, Kind.ASSESSMENT, level, 10 * n + party[1], party=party)
    return sheets, found


def level_of(db: Session, person: Known, of: int) -> int:
    return queries.stored_levels(db, person.id)[of]


def swept(db: Session) -> int:
    touched = 0
    while n := service.refresh(db, clock.now()):
        touched += n
    return touched


def test_a_severe_rater_is_found_out_and_read_less_harshly_from_the_next_release_on(make: World) -> None:
    sheets, _found = marked(make)
    one = make.amara
    with make.write() as db:
        record(db, one.id, sheets, Kind.ASSESSMENT, 3, 990, party=SEVERE)
        before = level_of(db, one, sheets)
        learned = learning.learn(db, clock.now())
        assert level_of(db, one, sheets) == before, "what is learned changes nothing until it is published"
        release = learning.publish(db, learned, clock.now())
        assert level_of(db, one, sheets) == before, "nor does publishing, until the sweep has come by"
        severe = queries.strength_of(db, SourceKind.RATER, SEVERE)
        lenient = queries.strength_of(db, SourceKind.RATER, LENIENT)
        assert severe
        assert lenient
        assert -1000 < severe.inflation_milli < -500 < 500 < lenient.inflation_milli < 1000
        assert (severe.n, severe.version) == (13, release.version == 1 and 1)
        assert swept(db) > 0
        assert level_of(db, one, sheets) > before
        stands = db.get_one(PersonSkill, (sheets, one.id), populate_existing=True)
        assert stands.version == release.version, "a stored level names the release it was made with"
        assert db.get_one(Release, release.version).taken_up_at is not None


def test_a_release_touches_only_those_whom_a_changed_source_spoke_of(make: World) -> None:
    sheets, found = marked(make)
    with make.write() as db:
        record(db, make.chidi.id, sheets, Kind.PROJECT, 3, 1)
        record(db, make.mira.id, sheets, Kind.ASSESSMENT, 3, 2, party=FAIR)
        learning.publish(db, learning.learn(db, clock.now()), clock.now())
        assert queries.strength_of(db, SourceKind.RATER, FAIR) is None, "it marks like the others"
        assert swept(db) == len(found)
        again = learning.learn(db, clock.now())
        assert again.changed == {}, "the same evidence teaches nothing new"
        learning.publish(db, again, clock.now())
        assert swept(db) == 0
    with make.write() as db:
        swept_rows = {(r.person_id, r.skill_id): r.level for r in db.exec(select(PersonSkill))}
        levels.rebuild(db)
        anew = db.exec(select(PersonSkill).execution_options(populate_existing=True))
        assert {(r.person_id, r.skill_id): r.level for r in anew} == swept_rows


def held(make: World, count: int) -> int:
    """People with a mill's badge at level 5, assessed afterwards at level 1."""
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        for n, person in enumerate(people(make, count)):
            then = NOW.date() - timedelta(days=90)
            record(db, person.id, sheets, Kind.CREDENTIAL, 5, n + 1, party=MILL, occurred_on=then)
            record(db, person.id, sheets, Kind.ASSESSMENT, 1, n + 1, party=("organisation", 20 + n))
    return sheets


def test_a_mills_badge_weighs_less_once_five_of_its_holders_were_assessed(make: World) -> None:
    sheets = held(make, 5)
    with make.write() as db:
        learning.vouch(db, MILL[1], clock.now(), holds=True)
        record(db, make.amara.id, sheets, Kind.CREDENTIAL, 5, 99, party=MILL)
        before = level_of(db, make.amara, sheets)
        learning.publish(db, learning.learn(db, clock.now()), clock.now())
        mill = queries.strength_of(db, SourceKind.ISSUER, MILL)
        assert mill
        assert mill.n == 5
        assert mill.gain_milli < 1000
        assert mill.inflation_milli + mill.gain_milli * 5 / 2 > 2500 + 900, "held to a drift of one step"
        swept(db)
        assert level_of(db, make.amara, sheets) < before - 25
        learning.publish(db, learning.learn(db, clock.now()), clock.now())
        second = queries.strength_of(db, SourceKind.ISSUER, MILL)
        assert second
        assert second.version == 3, "the rest of the way comes with the next release"


def test_a_credential_counts_in_full_once_its_issuer_is_vouched_for_and_as_ones_own_word_before(
    make: World,
) -> None:
    sheets = skill(make, "Spreadsheets")
    with make.write() as db:
        record(db, make.amara.id, sheets, Kind.CREDENTIAL, 4, 1, party=MILL)
        on_trial = level_of(db, make.amara, sheets)
        assert (on_trial, queries.on_trial(db, [MILL[1], 99])) == (OWN_WORD, sorted([MILL[1], 99]))
        learning.vouch(db, MILL[1], clock.now(), holds=True)
        swept(db)
        assert level_of(db, make.amara, sheets) > DOORSTEP
        assert queries.on_trial(db, [MILL[1]]) == []
        then = queries.current_release(db)
        learning.vouch(db, MILL[1], clock.now(), holds=True)
        assert queries.current_release(db) == then, "said twice, it changes nothing"
        learning.vouch(db, MILL[1], clock.now(), holds=False)
        swept(db)
        assert level_of(db, make.amara, sheets) == on_trial
        rows = queries.ledger_of(db, make.amara.id, release=then)
        assert queries.levels_from(rows, clock.today())[sheets].level > DOORSTEP, "as that release read it"


def test_nobody_is_vouched_for_or_put_on_trial_whose_worth_was_learned(make: World) -> None:
    held(make, 5)
    with make.write() as db:
        learning.publish(db, learning.learn(db, clock.now()), clock.now())
        for holds in (True, False):
            learning.vouch(db, MILL[1], clock.now(), holds=holds)
        mill = queries.strength_of(db, SourceKind.ISSUER, MILL)
        assert mill
        assert (mill.n, mill.on_trial, queries.current_release(db)) == (5, False, 1)


def test_a_vouch_does_not_put_off_the_learning_of_the_week(make: World) -> None:
    with make.write() as db:
        learning.learn_due(db, clock.now())
    held(make, 5)
    clock.move(learning.EVERY - timedelta(days=1))
    with make.write() as db:
        assert learning.learn_due(db, clock.now()) == 0
        learning.vouch(db, 99, clock.now(), holds=True)
        assert learning.learn_due(db, clock.now()) == 0
    clock.move(timedelta(days=1))
    with make.write() as db:
        assert learning.learn_due(db, clock.now()) == 1
        assert queries.strength_of(db, SourceKind.ISSUER, MILL)


def test_four_holders_are_too_few_to_say_anything(make: World) -> None:
    held(make, 4)
    with make.write() as db:
        learned = learning.learn(db, clock.now())
        assert learned.holders == 4
        assert not [kind for kind, *_ in learned.changed if kind is SourceKind.ISSUER]


def test_a_voided_mark_and_ones_own_word_teach_nothing(make: World) -> None:
    sheets, _found = marked(make, 4)
    with make.write() as db:
        whole = learning.learn(db, clock.now()).marks
        gone = record(db, make.amara.id, sheets, Kind.ASSESSMENT, 5, 991, party=SEVERE)
        record(db, make.amara.id, sheets, Kind.PROJECT, 5, 992)
        service.void(db, gone)
        assert learning.learn(db, clock.now()).marks == whole == 12


def test_the_ledger_can_be_read_as_any_release_read_it(make: World) -> None:
    sheets, found = marked(make)
    with make.write() as db:
        then = queries.levels_of(db, found[0].id)[sheets]
        learning.publish(db, learning.learn(db, clock.now()), clock.now())
    clock.move(timedelta(days=1))
    with make.read() as db:
        now = queries.ledger_of(db, found[0].id)
        assert {row.release for row in now} == {0, 1}
        assert {row.learned_from for row in now} == {0, 12}
        before = queries.ledger_of(db, found[0].id, release=0)
        assert {row.inflation_milli for row in before} == {0}
        assert queries.levels_from(before, NOW.date())[sheets] == then
        assert queries.release_on(db, NOW.date() - timedelta(days=1)) is None
        held_then = queries.release_on(db, NOW.date())
        assert held_then
        assert held_then.version == 1


def test_the_timer_publishes_once_a_week_and_at_once_when_the_model_is_another(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert learning.learn_due in timers.TIMERS
    assert timers.TIMERS.index(learning.learn_due) < timers.TIMERS.index(service.refresh)
    sheets, found = marked(make)
    with make.write() as db:
        assert learning.learn_due(db, clock.now()) == 1
        assert learning.learn_due(db, clock.now()) == 0
    clock.move(timedelta(days=6))
    with make.write() as db:
        assert learning.learn_due(db, clock.now()) == 0
        swept(db)
        monkeypatch.setattr("market.evidence.posterior.DEFAULTS", Settings(version=DEFAULTS.version + 1))
        assert learning.learn_due(db, clock.now()) == 1
        due = select(PersonSkill).where(levels.due(clock.today()))
        assert len(db.exec(due).all()) == len(found), "every level is made with the new constants"
    clock.move(timedelta(days=8))
    with make.write() as db:
        assert learning.learn_due(db, clock.now()) == 0, "nothing new was said: no release"
        assert learning.learn_due(db, clock.now()) == 0, "and it is not looked at again before next week"
        for n, person in enumerate(found):
            record(db, person.id, sheets, Kind.ASSESSMENT, 1, 700 + n, party=FAIR)
    clock.move(timedelta(days=7))
    with make.write() as db:
        assert learning.learn_due(db, clock.now()) == 1
        versions = db.exec(select(Release).order_by(col(Release.version))).all()
        assert [r.version for r in versions] == [1, 2, 3]
        assert set(db.exec(select(SourceStrength.version)).all()) == {1, 3}
    assert [e.subject_id for e in make.events("evidence.released")] == [1, 2, 3]
