"""Pools and the skill matrix through the services, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Role
from market.accounts import members
from market.accounts.models import Membership, Organisation, Person
from market.applications.models import InvitationToApply
from market.errors import Forbidden, Invalid, NotFound
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.opportunities.models import Opportunity
from market.outbox import Event
from market.skills.models import Skill
from market.staff import matrix, queries, service
from market.staff.models import MatrixConsent, Need, PoolNote, PoolPlace
from market.staff.rules import Shown
from tests.opportunities import postings
from tests.support.world import Known, KnownOrganisation, Standing, World


@pytest.fixture
def place(make: World) -> str:
    """Amara finished work for the bakery and agreed for half a year."""
    make.finished()
    with make.write() as db:
        return service.agree(db, make.actor(make.amara), make.bakery.id, 180).public_id


def on(make: World, who: Known, public_id: str, act: Any, *given: Any, **more: Any) -> Any:
    with make.write() as db:
        found = db.exec(select(PoolPlace).where(PoolPlace.public_id == public_id)).one()
        return act(db, make.actor(who), found, *given, **more)


def pool(make: World, org: KnownOrganisation | None = None) -> list[queries.PlaceRow]:
    with make.read() as db:
        return queries.pool(db, (org or make.bakery).id, 50)


def test_whoever_agrees_stands_in_the_pool_until_their_day(
    make: World, place: str, standing_clock: Standing
) -> None:
    (row,) = pool(make)
    assert (row.name, row.notes, row.paused_at) == (make.amara.name, 0, None)
    assert row.until == clock.now() + timedelta(days=180)
    on(make, make.bruno, place, service.note, "Careful with lists.")
    assert pool(make)[0].notes == 1
    standing_clock.move(days=180)
    assert pool(make) == []  # at once, though no timer has run
    with make.read() as db, pytest.raises(NotFound):
        queries.get_place(db, make.actor(make.bruno), place)
    with make.write() as db:
        assert service.end_due(db, clock.now()) == 1
        assert service.end_due(db, clock.now()) == 0
    with make.read() as db:
        assert db.exec(select(PoolNote)).all() == []
        assert db.exec(select(PoolPlace)).all() == []


def test_nobody_agrees_without_completed_work(make: World) -> None:
    make.engagement()
    with make.write() as db, pytest.raises(Forbidden):
        service.agree(db, make.actor(make.amara), make.bakery.id, 180)
    with make.write() as db, pytest.raises(Forbidden):
        service.agree(db, make.actor(make.chidi), make.bakery.id, 180)


def test_taking_it_back_deletes_the_notes_and_only_its_owner_does_it(make: World, place: str) -> None:
    on(make, make.bruno, place, service.note, "Careful with lists.")
    with pytest.raises(Forbidden):
        on(make, make.bruno, place, service.take_back)
    with pytest.raises(Forbidden):
        on(make, make.bruno, place, service.pause, paused=True)
    on(make, make.amara, place, service.take_back)
    with make.read() as db:
        assert db.exec(select(PoolNote)).all() == []
        ended = db.exec(select(Event).where(Event.name == "pool.ended")).one()
    assert (ended.reason, ended.payload) == ("taken_back", {"person_id": make.amara.id})
    assert pool(make) == []


def test_said_again_the_new_day_holds_and_an_old_agreement_brings_nothing_back(
    make: World, place: str, standing_clock: Standing
) -> None:
    with make.write() as db:
        service.agree(db, make.actor(make.amara), make.bakery.id, 90)
    (row,) = pool(make)
    assert (row.public_id, row.until) == (place, clock.now() + timedelta(days=90))
    on(make, make.bruno, place, service.note, "Careful with lists.")
    standing_clock.move(days=91)
    with make.write() as db:
        service.agree(db, make.actor(make.amara), make.bakery.id, 90)
    (row,) = pool(make)
    assert (row.public_id != place, row.notes) == (True, 0)


def test_an_invitation_goes_to_own_openings_and_not_to_whoever_paused(make: World, place: str) -> None:
    opening = make.opening()
    other = make.organisation("Hollow Lane Garage")

    def ask(db: Session, actor: Actor, found: PoolPlace, opening_id: int) -> InvitationToApply:
        person = db.get_one(Person, found.person_id)
        return service.invite(db, actor, found, person, db.get_one(Opportunity, opening_id), "Lists.")

    on(make, make.amara, place, service.pause, paused=True)
    with pytest.raises(Forbidden, match="not to be contacted"):
        on(make, make.bruno, place, ask, opening)
    on(make, make.amara, place, service.pause, paused=True)  # said twice
    on(make, make.amara, place, service.pause, paused=False)
    with pytest.raises(Forbidden):
        on(make, make.mira, place, ask, opening)
    with make.write() as db:
        db.get_one(Opportunity, opening).org_id = other.id
    with pytest.raises(Invalid):
        on(make, make.bruno, place, ask, opening)
    with make.write() as db:
        db.get_one(Opportunity, opening).org_id = make.bakery.id
    assert on(make, make.bruno, place, ask, opening).person_id == make.amara.id


def test_a_block_or_a_place_among_the_members_takes_someone_out_of_the_pool(make: World, place: str) -> None:
    make.block(make.amara, organisation=make.bakery)
    assert pool(make) == []
    with make.read() as db, pytest.raises(NotFound):
        queries.get_place(db, make.actor(make.bruno), place)
    make.member(make.bakery, Role.MENTOR, person=make.amara)
    make.drain()
    with make.read() as db:
        assert db.exec(select(PoolPlace)).all() == []


@pytest.mark.parametrize("own", [True, False])
def test_a_block_by_or_of_a_member_here_hides_someone_and_one_elsewhere_does_not(
    make: World, place: str, own: bool
) -> None:
    other, someone = make.organisation("Hollow Lane Garage", owner=make.chidi), make.person()
    with make.write() as db:
        there = db.exec(select(PoolPlace)).one()
        more = {"engagement_id": there.engagement_id, "until": there.until}
        db.add(PoolPlace(org_id=other.id, person_id=someone.id, **more))
    make.block(make.amara, person=make.chidi) if own else make.block(make.chidi, person=make.amara)
    assert [row.public_id for row in pool(make)] == [place]
    make.block(make.amara, person=make.mira) if own else make.block(make.mira, person=make.amara)
    assert pool(make) == []


def test_another_organisation_does_not_find_the_place(make: World, place: str) -> None:
    make.organisation(owner=make.chidi)
    for stranger in (make.chidi, make.mira, make.dana, make.amara):
        with make.read() as db, pytest.raises(NotFound):
            queries.get_place(db, make.actor(stranger), place)
    with make.read() as db, pytest.raises(NotFound):
        queries.own_place(db, make.actor(make.bruno), place)


def test_notes_are_taken_away_by_any_member_who_reads_them(make: World, place: str) -> None:
    made = on(make, make.bruno, place, service.note, "Careful with lists.")
    with pytest.raises(NotFound):
        on(make, make.bruno, place, service.remove_note, "nothing")
    with pytest.raises(Forbidden):
        on(make, make.mira, place, service.remove_note, made.public_id)
    ria = make.member(make.bakery, Role.RECRUITER)
    on(make, ria, place, service.remove_note, made.public_id)
    with make.read() as db:
        assert queries.notes_of(db, 1) == []


# -- the matrix


def skill(make: World, name: str = "Stock control") -> int:
    with make.read() as db:
        found = db.exec(select(Skill.id).where(Skill.name == name)).first()
    return found or postings.skills(make, name)[name]


def grid(make: World, who: Known | None = None) -> dict[str, dict[str, Shown]]:
    """Who stands in the matrix, as its owner reads it."""
    with make.read() as db:
        wanted = matrix.needs(db, make.actor(who or make.bruno), make.bakery.public_id)
        rows = matrix.people(db, wanted, 50)
    return {row.name: {cell.need.skill: cell.shown for cell in row.cells} for row in rows}


def agree(make: World, who: Known) -> None:
    with make.write() as db:
        matrix.agree(db, make.actor(who), make.bakery.id)


@pytest.fixture
def need(make: World) -> int:
    found = skill(make)
    with make.write() as db:
        matrix.put_need(db, make.actor(make.bruno), make.bakery.id, found, 3)
    return found


def shows(make: World, who: Known, skill_id: int, level: float) -> None:
    with make.write() as db:
        for n in range(3):
            evidence.record(
                db, person_id=who.id, skill_id=skill_id, kind=Kind.ASSESSMENT,
                reading_milli=int(1000 * level), source=("assessment", 100 * who.id + n),
                party=("organisation", 900 + n), occurred_on=clock.today(),
            )  # fmt: skip


def test_only_members_who_agreed_stand_in_the_matrix_with_their_level_by_evidence(
    make: World, need: int
) -> None:
    assert grid(make) == {}
    shows(make, make.mira, need, 4.5)
    agree(make, make.mira)
    agree(make, make.mira)  # said twice
    agree(make, make.bruno)
    assert grid(make) == {
        make.mira.name: {"Stock control": Shown.MEETS},
        make.bruno.name: {"Stock control": Shown.NOTHING},
    }
    with make.write() as db, pytest.raises(Forbidden):
        matrix.agree(db, make.actor(make.amara), make.bakery.id)


def test_whoever_takes_it_back_is_gone_at_once_from_page_and_file(make: World, need: int) -> None:
    agree(make, make.mira)
    with make.write() as db:
        matrix.take_back(db, make.actor(make.mira), make.bakery.id)
    assert grid(make) == {}
    with make.read() as db:
        assert db.exec(select(MatrixConsent)).all() == []


def test_whoever_leaves_is_gone_before_the_worker_runs_and_does_not_come_back_by_joining_again(
    make: World, need: int, standing_clock: Standing
) -> None:
    agree(make, make.mira)
    with make.write() as db:
        role = db.exec(select(Membership).where(Membership.person_id == make.mira.id)).one()
        members.end_membership(db, make.actor(make.mira), make.bakery.id, role.id)
    assert grid(make) == {}
    standing_clock.move(hours=1)
    make.member(make.bakery, Role.MENTOR, person=make.mira)
    assert grid(make) == {}  # the row is still there, and holds no more
    make.drain()
    with make.read() as db:
        assert db.exec(select(MatrixConsent)).all() == []
    agree(make, make.mira)
    assert set(grid(make)) == {make.mira.name}


def test_agreeing_again_after_coming_back_holds_though_the_worker_is_late(
    make: World, need: int, standing_clock: Standing
) -> None:
    agree(make, make.mira)
    with make.write() as db:
        role = db.exec(select(Membership).where(Membership.person_id == make.mira.id)).one()
        members.end_membership(db, make.actor(make.mira), make.bakery.id, role.id)
    standing_clock.move(hours=1)
    make.member(make.bakery, Role.MENTOR, person=make.mira)
    agree(make, make.mira)
    make.drain()
    assert set(grid(make)) == {make.mira.name}


def test_one_of_two_roles_ended_is_not_leaving(make: World, need: int) -> None:
    make.member(make.bakery, Role.ISSUER, person=make.mira)
    agree(make, make.mira)
    with make.write() as db:
        wanted = select(Membership).where(Membership.person_id == make.mira.id).order_by(col(Membership.id))
        role = db.exec(wanted).first()
        assert role is not None
        members.end_membership(db, make.actor(make.mira), make.bakery.id, role.id)
    make.drain()
    assert set(grid(make)) == {make.mira.name}


def test_the_matrix_is_not_there_for_anyone_but_owners(make: World, need: int) -> None:
    agree(make, make.mira)
    make.organisation(owner=make.chidi)
    recruiter = make.member(make.bakery, Role.RECRUITER)
    for stranger in (make.chidi, make.mira, make.amara, make.dana, recruiter):
        with pytest.raises(NotFound):
            grid(make, stranger)
        with make.write() as db, pytest.raises(Forbidden):
            matrix.put_need(db, make.actor(stranger), make.bakery.id, need, 5)
    with pytest.raises(NotFound), make.read() as db:
        matrix.needs(db, make.actor(make.bruno), "nothing")


def test_what_openings_ask_is_needed_too_and_the_organisation_s_own_word_comes_first(make: World) -> None:
    make.opening()
    with make.read() as db:
        asked = matrix.needs(db, make.actor(make.bruno), make.bakery.public_id).rows
    assert asked
    assert not any(one.own for one in asked)
    with make.write() as db:
        matrix.put_need(db, make.actor(make.bruno), make.bakery.id, asked[0].skill_id, 5)
    with make.read() as db:
        again = matrix.needs(db, make.actor(make.bruno), make.bakery.public_id).rows
    assert (again[0].own, again[0].level, len(again)) == (True, 5, len(asked))
    with make.write() as db:
        matrix.drop_need(db, make.actor(make.bruno), make.bakery.id, asked[0].skill_id)
    with make.read() as db:
        assert matrix.needs(db, make.actor(make.bruno), make.bakery.public_id).rows == asked


def test_pages_follow_names_and_no_one_is_shown_twice(make: World, need: int) -> None:
    names = ["Ada", "Ada", "Bo", "Cy"]
    for name in names:
        agree(make, make.member(make.bakery, Role.MENTOR, person=make.person(name)))
    seen: list[str] = []
    after = None
    with make.read() as db:
        wanted = matrix.needs(db, make.actor(make.bruno), make.bakery.public_id)
        while rows := matrix.people(db, wanted, 1, after):
            seen.append(rows[0].name)
            after = (rows[0].name, rows[0].id)
    assert seen == names


def test_a_merged_skill_is_needed_under_the_one_that_stays(make: World, need: int) -> None:
    into = skill(make, "Spreadsheets")
    with make.write() as db:
        matrix.put_need(db, make.actor(make.bruno), make.bakery.id, into, 2)
    with make.write() as db:
        event = Event(name="skill.merged", subject_kind="skill", subject_id=need, payload={"into_id": into})
        matrix.follow_merged_skill(db, event)
    with make.read() as db:
        (kept,) = db.exec(select(Need)).all()
    assert (kept.skill_id, kept.level) == (into, 3)


def test_the_file_quotes_what_a_spreadsheet_would_run(make: World, need: int) -> None:
    agree(make, make.member(make.bakery, Role.MENTOR, person=make.person("=cmd|' /C calc'!A0")))
    agree(make, make.mira)
    shows(make, make.mira, need, 4)
    with make.read() as db:
        wanted = matrix.needs(db, make.actor(make.bruno), make.bakery.public_id)
        rows = matrix.people(db, wanted, 50)
    text = matrix.as_csv(rows, {one: str(one) for one in Shown})
    lines = text.splitlines()
    assert lines[0].startswith("Person,Skill,")
    assert "'=cmd|' /C calc'!A0,Stock control,3,,,,,nothing" in lines
    assert any(line.startswith(f"{make.mira.name},Stock control,3,") and ",T4," in line for line in lines)
    with make.read() as db:
        assert db.exec(select(Organisation).where(Organisation.id == make.bakery.id)).one()
