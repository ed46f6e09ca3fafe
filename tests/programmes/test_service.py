"""Programmes through the services: written by several, published as versions that stay, opened round by round."""

from typing import Any

import pytest
from sqlalchemy import event

from market.access import Role
from market.accounts.members import end_membership
from market.accounts.sessions import actor_for
from market.credentials.models import Achievement
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.opportunities import apprenticing
from market.opportunities import service as openings
from market.opportunities.queries import get_opportunity, whole
from market.opportunities.rules import Kind
from market.programmes import queries, rounds, service
from market.programmes.drafts import Named, Outcome
from market.programmes.rules import Function, Status
from tests.opportunities.postings import skills
from tests.programmes import plans
from tests.support.world import World


def test_a_draft_is_kept_as_it_was_written(make: World) -> None:
    made = plans.draft(make)
    with make.read() as db:
        found = queries.whole(db, queries.newest(db, queries.get_programme(db, made)))
    assert [o.text for o in found.draft.outcomes][1] == "Write a label that needs no question"
    assert [t.outcomes for t in found.draft.tasks] == [(0,), (1,)]
    assert found.draft.criteria == (0, 1)
    assert [one.name for one in found.draft.named(Function.MENTOR)] == [make.mira.name]
    assert found.draft.workload_hours == 3 + 10 + 4 + 4 + 1
    assert not [c for c in service.checks_of(found.draft, plans.FLOOR) if c.blocks]


def test_who_saves_holds_the_programme_before_the_version_as_who_publishes_does(make: World) -> None:
    made, sent = plans.draft(make), list[str]()
    with make.write() as db:
        programme = queries.get_programme(db, made)
        event.listen(
            make.engine, "before_cursor_execute", lambda _c, _cursor, said, *_more: sent.append(said)
        )
        service.save(db, make.actor(make.bruno), programme, title="Another title")
    mine = [said for said in sent if "programme" in said]
    written = next(n for n, said in enumerate(mine) if said.startswith("UPDATE programme_version"))
    held = [said for said in mine[:written] if "FROM programme \n" in said or "FROM programme\n" in said]
    assert held
    assert make.engine.dialect.name == "sqlite" or "FOR UPDATE" in held[0]


def test_published_it_stays_as_it_is_and_makes_what_it_issues(make: World) -> None:
    made = plans.published(make)
    with make.read() as db:
        programme = queries.get_programme(db, made)
        version = queries.newest(db, programme)
        found = queries.whole(db, version)
        earned = db.get_one(Achievement, version.achievement_id)
    assert (programme.status, programme.version, version.version) == (Status.PUBLISHED, 1, 1)
    assert found.rubric is not None
    assert found.rubric.rubric.frozen_at is not None
    assert version.descriptor is not None
    assert version.descriptor["workload_hours"] == 22
    assert (earned.name, earned.kind, earned.rubric_id) == (
        "Stores and stock",
        "MicroCredential",
        version.rubric_id,
    )
    with make.write() as db, pytest.raises(Conflict, match="stays as it is"):
        service.save(db, actor_for(db, make.bruno.id), queries.get_programme(db, made), title="Other")
    assert [e.name for e in make.events("programme.published")]


def test_a_new_version_leaves_the_first_to_those_who_signed_it(make: World) -> None:
    made = plans.published(make)
    with make.write() as db:
        actor, programme = actor_for(db, make.bruno.id), queries.get_programme(db, made)
        service.new_version(db, actor, programme)
        with pytest.raises(Conflict, match="already"):
            service.new_version(db, actor, programme)
        service.save(db, actor, programme, title="Stores, stock and returns")
        service.publish(db, actor, programme, plans.FLOOR)
    with make.read() as db:
        programme = queries.get_programme(db, made)
        one, two = queries.version_of(db, programme, 1), queries.version_of(db, programme, 2)
        assert one is not None
        assert two is not None
        assert (one.title, two.title, programme.title) == (
            "Stores and stock",
            *["Stores, stock and returns"] * 2,
        )
        assert one.rubric_id != two.rubric_id
        assert one.achievement_id != two.achievement_id
        assert set(queries.achievements_of(db, programme.id)) == {one.achievement_id, two.achievement_id}
        assert queries.whole(db, one).draft.criteria == queries.whole(db, two).draft.criteria == (0, 1)


def test_two_editors_do_not_overwrite_each_other(make: World) -> None:
    made = plans.draft(make)
    with make.write() as db:
        actor, programme = actor_for(db, make.bruno.id), queries.get_programme(db, made)
        service.save(db, actor, programme, seen=1, title="First")
        with pytest.raises(Conflict, match="Someone else saved"):
            service.save(db, actor, programme, seen=1, title="Second")


def test_outcomes_that_change_places_keep_their_tasks_and_criteria(make: World) -> None:
    made = plans.draft(make)
    with make.write() as db:
        actor, programme = actor_for(db, make.bruno.id), queries.get_programme(db, made)
        first, second = queries.whole(db, queries.newest(db, programme)).draft.outcomes
        service.save(db, actor, programme, outcomes=[second, first, Outcome("A third one")])
        found = queries.whole(db, queries.newest(db, programme)).draft
        assert [t.outcomes for t in found.tasks] == [(1,), (0,)]
        assert found.criteria == (1, 0)
        service.save(db, actor, programme, outcomes=[first._replace(level=3)])
        left = queries.whole(db, queries.newest(db, programme))
        assert left.rubric is not None
        assert [t.outcomes for t in left.draft.tasks] == [(0,), ()]
        assert left.draft.criteria == (0, None)
        assert [c.target_level for c in left.rubric.criteria] == [3, 2]  # the level asked followed


def test_only_members_who_look_after_work_are_named(make: World) -> None:
    made, elsewhere = plans.draft(make), make.organisation()
    ida = make.member(make.bakery, Role.ISSUER)
    with make.read() as db:
        known = {one: membership for membership, one, _name in queries.may_be_named(db, make.bakery.id)}
        other = queries.may_be_named(db, elsewhere.id)[0][0]
    assert ida.public_id not in known
    named = {Function.MENTOR: [Named(other, Function.MENTOR)]}
    with make.write() as db, pytest.raises(Invalid, match="of your organisation"):
        service.save(db, actor_for(db, make.bruno.id), queries.get_programme(db, made), people=named)


def test_what_lacks_something_does_not_go_out(make: World) -> None:
    made = plans.draft(make, with_rubric=False)
    with make.write() as db, pytest.raises(Invalid, match="No rubric to judge the capstone by"):
        service.publish(db, actor_for(db, make.bruno.id), queries.get_programme(db, made), plans.FLOOR)
    assert plans.fresh(make, made).status is Status.DRAFT


def test_an_organisation_that_is_not_verified_publishes_nothing(make: World) -> None:
    mine = make.organisation(owner=make.chidi, verified=False)
    known = list(skills(make, *plans.SKILLS).values())
    people = plans.people_of(make, mine, make.chidi, make.chidi)
    with make.write() as db:
        actor = actor_for(db, make.chidi.id)
        made = service.create(db, actor, mine.id, plans.whole_draft(known, people), plans.judging(known))
        with pytest.raises(Forbidden, match="not verified yet"):
            service.publish(db, actor, made, plans.FLOOR)


def test_publishing_makes_a_credential_so_a_recruiter_alone_does_not(make: World) -> None:
    made, ria = plans.draft(make), make.member(make.bakery, Role.RECRUITER)
    with make.write() as db:
        actor, programme = actor_for(db, ria.id), queries.get_programme(db, made)
        service.save(db, actor, programme, title="Hers")
        with pytest.raises(Forbidden):
            service.publish(db, actor, programme, plans.FLOOR)


def test_strangers_see_no_draft_and_write_none(make: World) -> None:
    made = plans.draft(make)
    with make.write() as db:
        chidi = actor_for(db, make.chidi.id)
        with pytest.raises(NotFound):
            queries.get_visible(db, chidi, made)
        with pytest.raises(NotFound):
            queries.get_ours(db, chidi, made)
        with pytest.raises(Forbidden):
            service.copy(db, chidi, queries.get_programme(db, made))


def test_a_copy_is_a_programme_of_its_own(make: World) -> None:
    made = plans.published(make)
    with make.write() as db:
        copied = service.copy(db, actor_for(db, make.bruno.id), queries.get_programme(db, made))
        again = queries.whole(db, queries.newest(db, copied))
    assert (copied.status, copied.version, again.draft.title) == (Status.DRAFT, 0, "Stores and stock")
    assert again.rubric is not None
    assert again.rubric.rubric.frozen_at is None
    assert again.draft.criteria == (0, 1)


def test_retired_it_takes_no_rounds_until_it_is_brought_back(make: World) -> None:
    made = plans.published(make)
    with make.write() as db:
        actor, programme = actor_for(db, make.bruno.id), queries.get_programme(db, made)
        service.retire(db, actor, programme)
        with pytest.raises(Forbidden, match="retired"):
            apprenticing.open_round(db, actor, programme)
        service.restore(db, actor, programme)
        assert apprenticing.open_round(db, actor, programme).kind is Kind.MICRO_APPRENTICESHIP


# Rounds


def test_a_round_takes_its_words_from_the_programme(make: World) -> None:
    opening_id = plans.round_open(make)
    with make.read() as db:
        opening = get_opportunity(db, opening_id)
        found = whole(db, opening)
        cohort = rounds.of_opening(db, opening.id)
    assert cohort is not None
    assert found.programme is not None
    assert [p.title for p in found.parts] == [
        "Count one aisle",
        "Labels",
        "Capstone: A stocktake of one aisle, alone",
    ]
    assert (opening.hours, opening.weeks, opening.pay_minor) == (22, 5, 20_000)
    assert opening.rubric_id == found.programme.version.rubric_id
    assert [(a.level, a.essential) for a in found.asked] == [(1, False), (1, False)]  # nothing to come with
    assert (cohort.is_open, cohort.seats, cohort.seats_free) == (True, 3, 3)
    with make.read() as db:
        assert [c.id for c in rounds.open_rounds(db, found.programme.programme.id)] == [cohort.id]


def test_a_round_pays_what_the_programme_says_or_more(make: World) -> None:
    made = plans.published(make)
    with pytest.raises(Invalid, match="pay that, or more"):
        plans.round_draft(make, made, pay_minor=19_999)
    more = plans.round_open(make, made, pay_minor=25_000)
    with make.read() as db:
        assert get_opportunity(db, more).pay_minor == 25_000


def test_a_rolling_start_has_no_day(make: World) -> None:
    opening_id = plans.round_open(make, is_rolling=True)
    with make.read() as db:
        cohort = rounds.of_opening(db, get_opportunity(db, opening_id).id)
        assert cohort is not None
        assert cohort.starts_on is None
        assert cohort.is_open


@pytest.mark.parametrize("step", ["pause", "cancel"])
def test_the_list_of_programmes_knows_when_a_round_closes(make: World, step: str) -> None:
    opening_id = plans.round_open(make)
    with make.write() as db:
        actor, opening = actor_for(db, make.bruno.id), get_opportunity(db, opening_id)
        more: dict[str, Any] = {"note": "The aisle is closed."} if step == "cancel" else {}
        getattr(openings, step)(db, actor, opening, **more)
    make.drain()
    with make.read() as db:
        cohort = rounds.of_opening(db, get_opportunity(db, opening_id).id)
        assert cohort is not None
        assert not cohort.is_open


def test_no_round_goes_out_when_its_mentors_have_left(make: World) -> None:
    opening_id = plans.round_draft(make, plans.published(make))
    with make.write() as db:
        mira = next(
            one for one, who, _n in queries.may_be_named(db, make.bakery.id) if who == make.mira.public_id
        )
        end_membership(db, actor_for(db, make.bruno.id), make.bakery.id, mira)
    with make.write() as db, pytest.raises(Invalid, match="mentors of the programme have left"):
        openings.publish(db, actor_for(db, make.bruno.id), get_opportunity(db, opening_id), plans.FLOOR)


def test_a_copied_round_keeps_the_frozen_rubric(make: World) -> None:
    opening_id = plans.round_open(make)
    with make.write() as db:
        first = get_opportunity(db, opening_id)
        again = openings.copy(db, actor_for(db, make.bruno.id), first)
        assert again.rubric_id == first.rubric_id
        assert again.programme_version_id == first.programme_version_id
        assert rounds.of_opening(db, again.id) is not None
