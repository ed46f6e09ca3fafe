"""Whole lists: the first ten by the policy, everyone after them, the same order again from the log, and what is no input."""

import json
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given

from market.access import VISITOR
from market.matching import log
from market.matching.candidates import weighed
from market.matching.core.contract import Requirement, Tie, score
from market.matching.core.listing import Kept, in_order, replay, without_exposure
from market.matching.core.policy import BY_SCORE, DEFAULTS, Candidate, kept_places
from market.matching.models import Ranking, RankingKind, RankingRow, Slot
from market.matching.queries import Findable
from tests.matching import oracle
from tests.matching.test_policy import ASKED, POLICIES, POOLS, TIE

Kept_ = tuple[Ranking, list[RankingRow]]


def world(by_chance: Random, most: int = 30) -> tuple[list[Candidate], list[Requirement], Tie]:
    """Candidates, requirements and a tie, at random; now and then nobody, or people who are alike."""
    skills = by_chance.sample(range(1, 50), by_chance.randint(1, 8))
    asked = [
        Requirement(s, by_chance.randint(1, 5), by_chance.randint(1, 10), by_chance.random() < 0.4)
        for s in skills
    ]

    def levels() -> tuple[int, ...]:
        return tuple(by_chance.choice((0, 25, by_chance.randint(1, 255))) for _ in asked)

    people = by_chance.sample(range(1, 10**6), by_chance.randint(0, most))
    made = [
        Candidate(p, levels(), levels(), by_chance.random() < 0.5, by_chance.choice((0, 0, 1, 5)))
        for p in people
    ]
    if len(made) > 2:
        made[1] = made[0]._replace(person_id=made[1].person_id)
    return made, asked, Tie(by_chance.randint(1, 2**31 - 2), by_chance.randint(0, 2**31 - 2))


def stored(by_chance: Random) -> Kept_:
    """A list of a random world as the log has it: through JSON, as from a database."""
    pool, asked, tie = world(by_chance)
    policy = replace(
        DEFAULTS, newcomers_at=kept_places(by_chance.randint(0, 4)), exposure=by_chance.choice((0, 20))
    )
    of = log.Of(RankingKind.SEARCH, VISITOR, Findable(language=by_chance.choice(("", "cy"))))
    ranking, rows = log.drawn(pool, in_order(pool, asked, tie, policy), asked, tie, policy, of)
    by_chance.shuffle(rows)
    again: list[Any] = [
        json.loads(json.dumps(x)) for x in (ranking.policy, ranking.requirements, ranking.filters)
    ]
    ranking.policy, ranking.requirements, ranking.filters = again
    for row in rows:
        row.policy_inputs = json.loads(json.dumps(row.policy_inputs))
    return ranking, rows


def test_lists_of_a_thousand_random_worlds_are_the_oracles() -> None:
    by_chance = Random(1)
    kept = 0
    for _ in range(1000):
        pool, asked, tie = world(by_chance)
        people = {c.person_id: (c.levels, c.hopeful, c.newcomer, c.exposures) for c in pool}
        expected = oracle.listed(
            people, [(q.skill_id, q.level, q.weight, q.essential) for q in asked], tie.a, tie.b
        )
        assert [(p.person_id, p.newcomer) for p in in_order(pool, asked, tie, DEFAULTS)] == expected
        kept += sum(newcomer for _, newcomer in expected)
    assert kept > 100


@given(POOLS, POLICIES)
def test_everyone_is_listed_once_and_with_the_contracts_score(pool: Any, policy: Any) -> None:
    found = in_order(pool, ASKED, TIE, policy)
    assert sorted((p.person_id, p.score) for p in found) == sorted(
        (c.person_id, score(c.levels, ASKED)) for c in pool
    )


def test_who_has_nothing_stands_at_the_end_and_in_no_kept_place() -> None:
    asked = [Requirement(1, 1, 5, False)]
    pool = [Candidate(n, (100,), (200,)) for n in range(1, 12)] + [Candidate(20, (0,), (0,), True)]
    last = in_order(pool, asked, TIE, DEFAULTS)[-1]
    assert (last.person_id, last.newcomer) == (20, False)


def test_without_a_skill_asked_the_order_is_the_ties() -> None:
    found = in_order([Candidate(n, (), (), True) for n in range(1, 12)], [], TIE, DEFAULTS)
    assert [p.person_id for p in found] == sorted(range(1, 12), key=TIE.of)
    assert not any(p.newcomer for p in found)


def test_nobody_who_applied_is_lowered_for_having_been_seen() -> None:
    seen, unseen = Candidate(1, (150, 90), exposures=50), Candidate(2, (150, 80))
    assert [p.person_id for p in in_order([seen, unseen], ASKED, TIE, DEFAULTS)] == [2, 1]
    assert [p.person_id for p in in_order([seen, unseen], ASKED, TIE, without_exposure(DEFAULTS))] == [1, 2]


def test_a_thousand_of_a_thousand_stored_lists_give_the_identical_order_again() -> None:
    by_chance = Random(20261121)
    found = [log.said(*stored(by_chance)).lines for _ in range(1000)]
    assert sum(lines[0].startswith("Identical") for lines in found) == 1000
    assert {len(lines) for lines in found} == {1}


def full(by_chance: Random) -> Kept_:
    """A stored list with a kept place in it and at least twelve people."""
    while True:
        ranking, rows = stored(by_chance)
        if len(rows) > 11 and any(row.slot is Slot.NEWCOMER for row in rows):
            return ranking, sorted(rows, key=lambda row: row.place)


def test_what_was_erased_is_named_and_the_rest_stands_in_the_same_order() -> None:
    by_chance = Random(2)
    for _ in range(100):
        ranking, rows = full(by_chance)
        gone = sorted(by_chance.sample(range(1, len(rows) + 1), 3))
        left = [row for row in rows if row.place not in gone]
        first, second = log.said(ranking, left).lines
        assert first == f"The {len(left)} places that are left stand in the same order."
        assert second.startswith(f"Erased since: places {gone[0]}, {gone[1]}, {gone[2]}.")
        assert f" 3 of {len(rows)} places; " in second
    assert log.said(ranking, []).lines[1].startswith("Erased since: places 1, 2, 3")


def test_of_a_list_that_was_erased_whole_nothing_is_left_to_compare() -> None:
    ranking, rows = full(Random(4))
    found = log.said(ranking, [])
    assert found.stands is None
    assert found.lines[0] == "Nothing is left to compare."
    assert found.lines[1].endswith(f" {len(rows)}: all {len(rows)} places.")
    ranking.policy = None
    assert log.said(ranking, []) == (
        None,
        ["Nothing is left to compare.", "No place of it is kept any more."],
    )


def test_a_list_of_nobody_was_not_erased() -> None:
    ranking, rows = log.drawn([], [], ASKED, TIE, DEFAULTS, log.Of(RankingKind.SEARCH, VISITOR, Findable()))
    assert log.said(ranking, rows) == (True, ["Identical: nobody was on it."])


def test_two_people_changed_over_are_found_even_beside_one_who_was_erased() -> None:
    ranking, rows = full(Random(3))
    rows[10].person_id, rows[11].person_id = rows[11].person_id, rows[10].person_id
    assert log.said(ranking, rows)[:1] == (False,)
    kept = [Kept(row.place, log.candidate_in(row), row.score, row.slot is Slot.NEWCOMER) for row in rows]
    kept[10], kept[11] = kept[10]._replace(place=12), kept[11]._replace(place=11)
    tie = Tie(ranking.tie_a, ranking.tie_b)
    for left, listed in ((kept, len(rows)), (kept[1:], len(rows))):
        found = replay(left, listed, log.requirements_in(ranking), tie, log.policy_in(ranking))
        assert [place for place, _person in found.moved] == [11, 12]


@pytest.mark.parametrize("what", ["a level", "hope", "the policy", "a score"])
def test_what_was_changed_in_the_log_does_not_pass(what: str) -> None:
    ranking, rows = full(Random(4))
    assert ranking.policy is not None
    assert rows[-1].policy_inputs is not None
    if what == "a level":
        rows[-1].levels = [rows[-1].levels[0] ^ 1, *rows[-1].levels[1:]]
    elif what == "hope":
        rows[-1].policy_inputs = {**rows[-1].policy_inputs, "exposures": 9}
    elif what == "the policy":
        ranking.policy = {**ranking.policy, "applicants_per_seat": 1}
    else:
        rows[-1].score += 1
    assert log.said(ranking, rows)[:1] == (False,)


def test_a_list_from_before_there_was_a_policy_is_by_score_alone() -> None:
    pool, asked, tie = world(Random(5))
    of = log.Of(RankingKind.SEARCH, VISITOR, Findable())
    ranking, rows = log.drawn(pool, in_order(pool, asked, tie, BY_SCORE), asked, tie, BY_SCORE, of)
    ranking.policy = None
    for row in rows:
        row.policy_inputs = None
    assert log.said(ranking, rows).lines[0].startswith("Identical")


class Row(NamedTuple):
    """A row of the database with everything else that is known of a person beside it."""

    person_id: int
    completed: int
    times: int
    skill_id: int | None
    level: int | None
    mu: float | None
    sigma: float | None
    tier: int | None
    name: str
    education: str
    experience: str
    about: str
    place: str
    email: str
    project: str
    born: date


def test_ten_thousand_pairs_that_differ_in_who_people_are_stand_in_the_same_order() -> None:
    """Each of 500 lists against 20 others whose people have another name, school, past, place and age."""
    by_chance = Random(6)
    words = [
        "",
        "Sir Arthur",
        "Muhammad",
        "Ngozi",
        "PhD, Oxford",
        "No school",
        "Lagos",
        "Director of a bank",
        "1961",
    ]

    def rows(facts: list[tuple[Any, ...]]) -> list[Row]:
        who = {fact[0]: [by_chance.choice(words) for _ in range(7)] for fact in facts}
        return [Row(*fact, *who[fact[0]], date(by_chance.randint(1940, 2008), 1, 1)) for fact in facts]

    identical = 0
    for _ in range(500):
        _pool, asked, tie = world(by_chance, most=0)
        people = by_chance.sample(range(1, 10**6), 15)
        facts: list[tuple[Any, ...]] = []
        for person in people:
            one = (person, by_chance.choice((0, 0, 3)), by_chance.randint(0, 3))
            held = by_chance.sample(asked, by_chance.randint(1, len(asked)))
            facts += [
                (
                    *one,
                    q.skill_id,
                    by_chance.randint(1, 255),
                    by_chance.random() * 5,
                    0.7,
                    by_chance.randint(0, 4),
                )
                for q in held
            ]
        first = in_order(weighed(rows(facts), asked, people), asked, tie, DEFAULTS)
        identical += sum(
            in_order(weighed(rows(facts), asked, people), asked, tie, DEFAULTS) == first for _ in range(20)
        )
    assert identical == 10_000
