"""From gap to growth: what a programme would change against plain counting, and who is shown which, on both databases."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.models import Kind
from market.matching import growing
from market.matching.core.contract import Requirement, minimum
from market.matching.core.growth import Course, Distance, after, way, ways
from market.opportunities.drafts import Need
from market.skills.models import Skill
from tests.applications import scene
from tests.matching.people import shows
from tests.opportunities import postings
from tests.programmes import plans
from tests.support.client import Client, words
from tests.support.world import World


def needs(*asked: tuple[int, int], essential: bool = True) -> list[Requirement]:
    return [Requirement(skill, level, 1, essential) for skill, level in asked]


OPENINGS = [
    needs((1, 2)),
    needs((1, 3)),
    needs((1, 2), (2, 2)),
    needs((2, 1), (3, 1)),
    needs((1, 5), essential=False),
    [],
]


@pytest.mark.parametrize(
    ("levels", "outcomes", "opened", "closer"),
    [
        ({}, {1: 2}, (0,), (2,)),
        ({}, {1: 3}, (0, 1), (2,)),
        ({}, {1: 2, 2: 2}, (0, 2), (3,)),
        ({2: minimum(2)}, {1: 2}, (0, 2), ()),  # what was shown before counts
        ({1: minimum(3)}, {1: 2}, (), ()),  # what is within reach already is nothing gained
        ({1: minimum(2) - 1}, {1: 2}, (0,), (2,)),
        ({}, {1: 1}, (), ()),  # not to the level asked
        ({}, {9: 5}, (), ()),
        ({}, {}, (), ()),
    ],
)
def test_what_outcomes_would_change_is_counted_by_openings(
    levels: dict[int, int], outcomes: dict[int, int], opened: tuple[int, ...], closer: tuple[int, ...]
) -> None:
    assert Distance(levels, OPENINGS).reach(outcomes) == (opened, closer)


_skills = st.integers(1, 4)
_openings = st.lists(
    st.dictionaries(_skills, st.tuples(st.integers(1, 5), st.booleans()), max_size=4), max_size=12
)


@given(st.dictionaries(_skills, st.integers(0, 255)), _openings, st.dictionaries(_skills, st.integers(1, 5)))
def test_the_count_is_that_of_asking_every_opening_before_and_after(
    levels: dict[int, int], openings: list[dict[int, tuple[int, bool]]], outcomes: dict[int, int]
) -> None:
    asked = [[Requirement(s, n, 1, must) for s, (n, must) in one.items()] for one in openings]

    def met(have: dict[int, int], one: dict[int, tuple[int, bool]]) -> list[bool]:
        return [have.get(s, 0) >= n * 51 - 25 for s, (n, must) in one.items() if must]

    then = {s: max(levels.get(s, 0), outcomes.get(s, 0) * 51 - 25) for s in {*levels, *outcomes}}
    assert after(levels, outcomes) == {**levels, **{s: then[s] for s in outcomes}}
    opened = tuple(n for n, one in enumerate(openings) if not all(met(levels, one)) and all(met(then, one)))
    closer = tuple(
        n
        for n, one in enumerate(openings)
        if not all(met(then, one)) and sum(met(then, one)) > sum(met(levels, one))
    )
    assert Distance(levels, asked).reach(outcomes) == (opened, closer)


def course(n: int, **more: object) -> Course:
    given = {
        "teaches": {1: 2}, "entry": {}, "cost_minor": 0, "currency": "GBP", "hours": 20, "places": 1, **more,
    }  # fmt: skip
    return Course(n, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"entry": {7: 1}}),
        ({"teaches": {1: 3}}, {"teaches": {1: 2}}),
        ({"teaches": {1: 3, 2: 2}}, {"teaches": {1: 3}}),
        ({"places": 2}, {"places": 0}),
        ({}, {"cost_minor": 100}),
        ({"cost_minor": 100}, {"cost_minor": 200}),
        ({"hours": 19}, {"hours": 20}),
    ],
)
def test_programmes_stand_in_the_order_that_is_said(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    distance = Distance({}, OPENINGS)
    for ids in ((1, 2), (2, 1)):
        pair = [course(ids[0], **better), course(ids[1], **worse)]
        for given_in in (pair, pair[::-1]):
            assert [w.course.id for w in ways(distance, {1: 3}, given_in)] == list(ids)


def test_each_reason_outweighs_all_that_come_after_it() -> None:
    steps: list[dict[str, object]] = [
        {"entry": {7: 1}},
        {"teaches": {1: 2}},  # a step short of what is asked
        {"places": 0},
        {"cost_minor": 100},
        {"hours": 99},
    ]
    base: dict[str, object] = {"teaches": {1: 3}}
    for n, step in enumerate(steps):
        after_it: dict[str, object] = {}
        for later in steps[n + 1 :]:
            after_it |= later
        first, last = course(1, **{**base, **after_it}), course(2, **{**base, **step})
        assert [w.course.id for w in ways(Distance({}, OPENINGS), {1: 3}, [last, first])] == [1, 2]


def test_what_teaches_nothing_new_is_no_way() -> None:
    shown = Distance({1: minimum(2)}, OPENINGS)
    assert way(shown, {1: 3}, course(1)) is None
    assert way(shown, {2: 3}, course(1)) is None
    found = way(shown, {1: 3}, course(1, teaches={1: 3}))
    assert found is not None
    assert (found.closes, found.towards, found.opens) == ((1,), (), 1)
    step = way(Distance({}, OPENINGS), {1: 3}, course(1))
    assert step is not None
    assert (step.closes, step.towards) == ((), (1,))


def test_only_the_best_are_named() -> None:
    many = [course(n) for n in itertools.islice(itertools.count(1), 10)]
    assert [w.course.id for w in ways(Distance({}, []), {1: 2}, many, most=3)] == [1, 2, 3]


def known(make: World) -> list[int]:
    return list(postings.skills(make, *plans.SKILLS).values())


def test_a_gap_leads_to_programmes_that_are_out_and_take_this_person(make: World) -> None:
    stock, writing = known(make)
    plans.draft(make, known=[stock, writing], title="Not out")
    out = plans.published(make, known=[stock, writing])
    with make.read() as db:
        found = growing.ways_for(db, make.actor(make.amara), {stock: 2})
        assert [one.programme.public_id for one in found] == [out]
        assert (found[0].way.closes, found[0].programme.places) == ((stock,), 0)
        assert growing.ways_for(db, make.actor(make.bruno), {stock: 2}) == []  # their own organisation's
        assert growing.ways_for(db, make.actor(make.amara), {}) == []
    plans.round_open(make, out, seats=3)
    with make.read() as db:
        assert growing.ways_for(db, make.actor(make.amara), {stock: 2})[0].programme.places == 3
    make.block(make.amara, organisation=make.bakery)
    with make.read() as db:
        assert growing.ways_for(db, make.actor(make.amara), {stock: 2}) == []


def test_who_has_shown_it_is_sent_to_no_programme(make: World) -> None:
    stock, writing = known(make)
    plans.published(make, known=[stock, writing])
    shows(make, make.amara, *[(stock, Kind.ASSESSMENT, 4.5)] * 3)
    with make.read() as db:
        assert growing.ways_for(db, make.actor(make.amara), {stock: 2}) == []


def test_the_page_of_an_opening_and_of_growth_name_them_with_their_reasons(
    client: Client, make: World
) -> None:
    stock, writing = known(make)
    programme = plans.published(make, known=[stock, writing])
    need = Need(stock, 2, True, 5)
    opening = scene.public_id(make, scene.opening(make, needs=[need], known={"Spreadsheets": stock}))
    amara = client.as_(make.amara)
    for path in (f"/openings/{opening}", f"/openings/{opening}/standing", "/growth", "/home"):
        said = words(amara.get(path))
        assert "Stores and stock" in said, path
        assert "Teaches Stock control to level 2, enough for what is asked." in said, path
        assert "Would bring one more opening into reach." in said, path
        assert "No place is free now. You can wait for one." in said, path
        assert "Costs you nothing, pays £200 and takes 22 hours." in said, path
    page = words(amara.get(f"/programmes/{programme}"))
    assert (
        "It would bring one more opening into your reach. Today it is 0 of the one that is open to you."
        in page
    )
    assert "Turn our paper stock list" in page
    assert "Sign in to see which openings it would bring" in words(client.get(f"/programmes/{programme}"))
    assert "What would this open" not in words(client.as_(make.bruno).get(f"/programmes/{programme}"))
    assert "Stores and stock" not in words(client.get(f"/openings/{opening}"))
    shows(make, make.amara, *[(stock, Kind.ASSESSMENT, 4.5)] * 3)
    assert "By itself it brings no more openings" in words(amara.get(f"/programmes/{programme}"))
    assert "No single skill stands between you" in words(amara.get("/growth"))


def test_the_page_of_a_skill_names_who_teaches_it(client: Client, make: World) -> None:
    stock, writing = known(make)
    plans.published(make, known=[stock, writing])
    with make.read() as db:
        skill = db.get_one(Skill, stock).public_id
    said = words(client.get(f"/skills/{skill}"))
    assert "Programmes that teach it" in said
    assert "Teaches Stock control to level 2." in said
    assert "into reach" not in said
