"""Ranking policy: whoever meets more stands first, newcomers have their places, and nothing depends on the order given."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.posterior import DEFAULTS as MODEL
from market.matching.core.contract import ESSENTIAL, Requirement, Tie, minimum, rank, score
from market.matching.core.policy import (
    BY_SCORE,
    DEFAULTS,
    Candidate,
    Policy,
    crowded,
    hope,
    hopeful,
    kept_places,
    lowered,
    place,
    policy_with,
    spread,
    version_name,
)

ASKED = (Requirement(1, 2, 5, True), Requirement(2, 3, 3, False))
TIE = Tie(7, 3)
POLICIES = st.builds(
    Policy,
    newcomers_at=st.lists(st.integers(1, 12), max_size=4).map(tuple),
    newcomer_exposure=st.integers(0, 1000),
    exposure=st.integers(0, 100),
    applicants_per_seat=st.integers(0, 100),
)
LEVELS = st.tuples(st.integers(0, 255), st.integers(0, 255))
POOLS = st.lists(
    st.builds(Candidate, st.integers(1, 40), LEVELS, LEVELS, st.booleans(), st.integers(0, 9)),
    max_size=25,
    unique_by=lambda one: one.person_id,
)


@given(POOLS, POLICIES, st.integers(0, 15), st.randoms(use_true_random=False))
def test_nobody_stands_twice_and_the_order_given_is_of_no_matter(pool, policy, k, random):
    placed = place(pool, ASKED, TIE, k, policy)
    assert len({one.person_id for one in placed}) == len(placed) <= k
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert place(shuffled, ASKED, TIE, k, policy) == placed


@given(POOLS, st.integers(0, 15))
def test_without_a_policy_the_list_is_the_contracts(pool, k):
    people = {one.person_id: one.levels for one in pool}
    assert [p[:2] for p in place(pool, ASKED, TIE, k, BY_SCORE)] == rank(people, ASKED, TIE, k)


@given(POOLS, POLICIES)
def test_the_full_list_leaves_out_nobody_who_has_a_score(pool, policy):
    listed = {one.person_id for one in place(pool, ASKED, TIE, len(pool), policy)}
    assert {one.person_id for one in pool if score(one.levels, ASKED) > 0} <= listed


@given(POOLS, POLICIES, st.integers(1, 15))
def test_more_essentials_met_stand_first_outside_the_kept_places(pool, policy, k):
    met = [one.score // ESSENTIAL for one in place(pool, ASKED, TIE, k, policy) if not one.newcomer]
    assert met == sorted(met, reverse=True)


@given(POOLS, POLICIES, st.integers(1, 15))
def test_kept_places_hold_only_newcomers_who_may_well_meet_every_essential(pool, policy, k):
    known = {one.person_id: one for one in pool}
    kept = [one for one in place(pool, ASKED, TIE, k, policy) if one.newcomer]
    assert len(kept) <= len(set(policy.newcomers_at))
    for one in kept:
        assert known[one.person_id].newcomer
        assert known[one.person_id].hopeful[0] >= minimum(2)


@given(POOLS, POLICIES)
def test_a_place_no_newcomer_can_take_goes_to_the_next_by_score(pool, policy):
    veterans = [one._replace(newcomer=False) for one in pool]
    assert place(veterans, ASKED, TIE, 10, policy) == place(
        veterans, ASKED, TIE, 10, replace(policy, newcomers_at=())
    )


@given(POOLS)
def test_the_first_eight_by_score_keep_their_order_and_take_no_place_from_a_newcomer(pool):
    eight = place(pool, ASKED, TIE, 10 - len(DEFAULTS.newcomers_at), replace(DEFAULTS, newcomers_at=()))
    by_score = [one.person_id for one in place(pool, ASKED, TIE, 10) if not one.newcomer]
    assert by_score[: len(eight)] == [one.person_id for one in eight]


def veteran(number: int, level: int = 200) -> Candidate:
    return Candidate(number, (level, level), (255, 255))


def newcomer(number: int, hoped: int, exposures: int = 0) -> Candidate:
    return Candidate(number, (25, 25), (hoped, hoped), True, exposures)


def test_two_of_the_first_ten_places_are_kept_and_say_so():
    pool = [*(veteran(n) for n in range(1, 21)), *(newcomer(n, 140 + n) for n in range(21, 31))]
    placed = place(pool, ASKED, TIE, 20)
    assert tuple(at for at, one in enumerate(placed, 1) if one.newcomer) == DEFAULTS.newcomers_at
    assert [one.person_id for one in placed if one.newcomer] == [30, 29]


def test_three_lists_lately_let_the_next_newcomer_have_the_place():
    pool = [*(veteran(n) for n in range(1, 21)), newcomer(21, 170, exposures=3), newcomer(22, 160)]
    kept = [one.person_id for one in place(pool, ASKED, TIE, 10) if one.newcomer]
    assert kept == [22, 21]


def test_hope_is_the_desirable_part_at_hopeful_levels_divided_by_exposure():
    asked = (Requirement(1, 2, 5, True),)
    one = Candidate(1, (25,), (minimum(2),), True)
    assert hope(one, asked) == 5 * 1024 * 1000
    assert hope(one._replace(exposures=2), asked) == 5 * 1024 * 1_000_000 // 1600
    assert hope(one._replace(hopeful=(minimum(2) - 1,)), asked) is None
    assert hope(one._replace(newcomer=False), asked) is None


@given(st.integers(0, 8_482_768), st.integers(0, 50), st.integers(0, 50))
def test_exposure_lowers_a_score_and_never_below_the_essentials_met(points, few, more):
    assert spread(points, 0) == points
    assert spread(points, few + more) <= spread(points, few)
    assert spread(points, more) // ESSENTIAL == points // ESSENTIAL


@given(st.integers(0, 3 * 2048), st.integers(0, 500), st.integers(1, 20))
def test_applicants_lower_an_opening_by_seat_and_never_below_the_essentials_met(standing, applicants, seats):
    found = crowded(standing, 2048, applicants, seats)
    assert crowded(standing, 2048, 0, seats) == standing
    assert standing // 2048 == found // 2048
    assert (
        crowded(standing, 2048, applicants + 1, seats)
        <= found
        <= crowded(standing, 2048, applicants, seats + 1)
    )
    assert found == crowded(standing, 2048, 3 * applicants, 3 * seats)


def test_an_opening_without_a_seat_is_refused():
    with pytest.raises(ValueError, match="0 seats"):
        crowded(100, 2048, 1, 0)


def test_lowering_is_exact():
    assert lowered(3000, 1024, 10, 100) == 2048 + 952 // 2


@pytest.mark.parametrize(
    ("count", "places"), [(0, ()), (1, (6,)), (2, DEFAULTS.newcomers_at), (3, (2, 6, 9))]
)
def test_kept_places_are_spread_over_the_first_ten(count, places):
    assert kept_places(count) == places


@pytest.mark.parametrize("count", range(11))
def test_as_many_places_are_kept_as_asked(count):
    found = kept_places(count)
    assert len(set(found)) == count
    assert all(1 <= at <= 10 for at in found)


@given(st.floats(0, 5), st.floats(0.1, 1.69), st.integers(26, 255), st.integers(1, 4))
def test_hope_above_the_doorstep_is_the_estimate_and_its_doubt(mu, sigma, level, tier):
    assert hopeful(mu, sigma, level, tier) == min(255, max(1, round(51 * (mu + sigma))))


@given(st.floats(0, 5), st.floats(0.1, 1.69), st.integers(1, 25))
def test_a_higher_claim_gives_no_higher_hope(mu, sigma, level):
    start = round(51 * (MODEL.m0 + MODEL.p0**-0.5))
    assert hopeful(mu, sigma, level, 0) == start
    assert hopeful(mu, sigma, level, 1) <= start
    assert hopeful(mu, sigma, 0, 0) == 0


CHOSEN = st.tuples(st.integers(0, 10), st.integers(0, 200), st.integers(0, 500))


@given(CHOSEN, CHOSEN)
def test_two_policies_have_one_version_only_where_they_are_one(one, other):
    first, second = policy_with(*one), policy_with(*other)
    assert (first.version == second.version) == (first == second) == (one == other)
    assert first.version < 2**31, "the log keeps it as a 32-bit number"


def test_the_version_of_a_site_is_to_be_read():
    assert policy_with() is DEFAULTS
    assert version_name(DEFAULTS.version) == "2"
    assert version_name(policy_with(5).version) == "2-5-20-50"
    assert version_name(policy_with(10, 200, 500).version) == "2-10-200-500"
    assert version_name(policy_with(0, 0, 0).version) == "2-0-0-0"
    assert version_name(BY_SCORE.version) == "0"


@given(POOLS, st.lists(st.integers(0, 9), min_size=25, max_size=25))
def test_without_a_penalty_nobody_stands_elsewhere_for_having_been_seen(pool, times):
    seen = [one._replace(exposures=n) for one, n in zip(pool, times, strict=False)]
    off = policy_with(exposure=0)
    assert place(seen, ASKED, TIE, 12, off) == place(pool, ASKED, TIE, 12, off)
