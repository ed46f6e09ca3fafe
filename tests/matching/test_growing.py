"""From gap to growth: what a programme would change against plain counting, and who is shown which, on both databases."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.credit import Path
from market.evidence.models import Kind
from market.matching import growing
from market.matching.core.contract import Requirement, minimum
from market.matching.core.growth import Course, Distance, SkillGap, after, skill_gaps, way, ways
from market.opportunities.drafts import Need
from market.skills.models import RelationKind, Skill, SkillRelation
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


# Skill 1 lies one step below 2 and two below 3.
COUNTS = {1: (Path((2, 1)), Path((3, 2, 1))), 2: (Path((3, 2)),)}


@pytest.mark.parametrize(
    ("outcomes", "opened"),
    [
        ({1: 2}, (0,)),  # 77 units, of which 69 count for skill 2 and 62 for skill 3
        ({1: 3}, (0, 1)),  # 128: 115 for skill 2, where 77 are asked
        ({1: 4}, (0, 1, 2)),  # 179: 144 for skill 3, where 128 are asked
        ({2: 2}, (1,)),  # what is broader counts for nothing below it
        ({3: 5}, (2,)),
    ],
)
def test_what_is_learned_counts_in_part_for_what_is_broader(
    outcomes: dict[int, int], opened: tuple[int, ...]
) -> None:
    asked = [needs((1, 2)), needs((2, 2)), needs((3, 3))]
    assert Distance({}, asked, COUNTS).reach(outcomes).opened == opened


def test_the_skill_that_opens_most_openings_comes_first() -> None:
    asked = [
        needs((1, 2), (2, 2)),
        needs((2, 3)),
        [*needs((3, 1)), *needs((2, 5), essential=False)],
        needs((4, 1), (5, 1)),  # two missing: neither alone opens it
        needs((1, 2)),  # open already
        needs((9, 5), essential=False),  # nothing essential: open already
    ]
    found = skill_gaps(Distance({1: 100}, asked))
    assert found == (SkillGap(2, 3, 2), SkillGap(3, 1, 1))
    assert skill_gaps(Distance({1: 100}, asked), most=1) == found[:1]
    assert skill_gaps(Distance({1: 255}, [needs((1, 5))])) == ()


def test_a_narrower_skill_may_open_what_asks_for_both_and_what_asks_for_the_broader() -> None:
    asked = [needs((1, 2), (2, 1)), needs((2, 2)), needs((3, 5))]
    assert skill_gaps(Distance({}, asked, COUNTS)) == (
        SkillGap(1, 3, 2),  # both of the first, and 115 units for the second
        SkillGap(2, 2, 1),
        SkillGap(3, 5, 1),  # the narrower ones would come to 207 of 230
    )


@given(
    st.dictionaries(_skills, st.integers(0, 255)),
    _openings,
    st.dictionaries(st.integers(1, 4), st.sets(st.integers(1, 4), max_size=2)),
)
def test_the_gaps_are_those_of_trying_every_skill_at_every_level(
    levels: dict[int, int],
    openings: list[dict[int, tuple[int, bool]]],
    above: dict[int, set[int]],
) -> None:
    asked = [[Requirement(s, n, 1, must) for s, (n, must) in one.items()] for one in openings]
    counts = {
        s: [Path((broad, s)) for broad in sorted(broader - {s})] for s, broader in sorted(above.items())
    }
    missing = {
        q.skill_id for one in asked for q in one if q.essential and levels.get(q.skill_id, 0) < q.minimum
    }

    def opens(skill: int, level: int) -> int:
        then = after(levels, {skill: level}, counts)
        return sum(
            any(q.essential and levels.get(q.skill_id, 0) < q.minimum for q in one)
            and all(then.get(q.skill_id, 0) >= q.minimum for q in one if q.essential)
            for one in asked
        )

    slow = []
    for skill in missing:
        most = opens(skill, 5)
        if most:
            slow.append(SkillGap(skill, next(n for n in range(1, 6) if opens(skill, n) == most), most))
    slow.sort(key=lambda g: (-g.opens, minimum(g.level) - levels.get(g.skill_id, 0), g.skill_id))
    assert skill_gaps(Distance(levels, asked, counts)) == tuple(slow)


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


def test_a_course_in_a_narrower_skill_is_a_way_to_the_broader_one() -> None:
    distance = Distance({}, [needs((2, 2))], COUNTS)
    enough = way(distance, {2: 2}, course(1, teaches={1: 3}))
    assert enough is not None
    assert (enough.closes, enough.towards, enough.by, enough.opens) == ((2,), (), {2: 1}, 1)
    step = way(distance, {2: 3}, course(1, teaches={1: 3}))
    assert step is not None
    assert (step.closes, step.towards) == ((), (2,))
    both = way(distance, {2: 3}, course(1, teaches={1: 3, 2: 3}))
    assert both is not None
    assert both.by == {2: 2}


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


def test_programmes_in_a_part_of_a_skill_are_named_for_the_whole(client: Client, make: World) -> None:
    stock, writing = known(make)
    whole = postings.skills(make, "Storekeeping")["Storekeeping"]
    with make.write() as db:
        db.add(SkillRelation(narrower_id=stock, broader_id=whole, kind=RelationKind.BROADER))
    plans.published(make, known=[stock, writing])  # teaches stock control to level 2
    for level in (1, 2):
        scene.opening(make, needs=[Need(whole, level, True, 5)], known={"Storekeeping": whole})
    with make.read() as db:
        found = growing.steps_for(db, make.actor(make.amara))
    assert [(one.skill, one.gap.level, one.gap.opens) for one in found.steps] == [("Storekeeping", 2, 2)]
    assert (found.of, found.is_cut) == (2, False)
    (grown,) = found.steps[0].ways
    assert (grown.way.towards, grown.way.opens) == ((whole,), 1)
    said = words(client.as_(make.amara).get("/growth"))
    assert "Teaches Stock control to level 2, a part of Storekeeping: a step towards what is asked." in said
    assert "Counted over all 2 openings that are open to you and ask for a skill." in said


def test_where_there_are_more_openings_than_are_counted_the_page_says_so(
    client: Client, make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock, writing = known(make)
    programme = plans.published(make, known=[stock, writing])
    for _n in range(2):
        scene.opening(make, needs=[Need(stock, 2, True, 5)], known={"Spreadsheets": stock})
    monkeypatch.setattr(growing, "RANKED_AMONG", 2)
    amara = client.as_(make.amara)
    assert "Counted over the 2 newest openings that are open to you." in words(amara.get("/growth"))
    assert "Today it is 0 of the 2 newest that are open to you." in words(
        amara.get(f"/programmes/{programme}")
    )
