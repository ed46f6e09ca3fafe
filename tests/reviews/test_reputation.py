"""The published formula: a mean that leans, fades, is capped for each rater, and says how sure it is."""

import random
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from market.reviews.reputation import HALF_LIFE_DAYS, PRIOR_MEAN, PRIOR_WEIGHT, RATER_CAP, Rated, reputation

TODAY = date(2026, 11, 16)
rated = st.builds(
    Rated,
    stars=st.integers(4, 20).map(lambda n: n / 4),
    on=st.integers(0, 3000).map(lambda n: TODAY - timedelta(days=n)),
    rater=st.sampled_from(["a", "b", "c", "d"]),
)
many = st.lists(rated, max_size=25)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_reviews_is_of_no_matter(reviews: list[Rated], chance: random.Random) -> None:
    shuffled = list(reviews)
    chance.shuffle(shuffled)
    assert reputation(reviews, TODAY) == reputation(shuffled, TODAY)


@given(many)
def test_the_mean_lies_in_its_interval_and_both_on_the_scale(reviews: list[Rated]) -> None:
    found = reputation(reviews, TODAY)
    assert 1 <= found.lo <= found.mean <= found.hi <= 5
    assert found.n == len(reviews)
    assert found.is_new is (not reviews)


@given(st.integers(2, 200), st.integers(4, 20).map(lambda n: n / 4))
def test_one_rater_counts_for_one_and_a_half_reviews_at_most(n: int, stars: float) -> None:
    found = reputation([Rated(stars, TODAY, "a")] * n, TODAY)
    assert (
        abs(found.mean - (PRIOR_WEIGHT * PRIOR_MEAN + RATER_CAP * stars) / (PRIOR_WEIGHT + RATER_CAP)) < 1e-9
    )


@given(many, rated)
def test_another_voice_never_widens_the_interval(reviews: list[Rated], one: Rated) -> None:
    fresh = Rated(one.stars, one.on, "somebody else")
    before, after = reputation(reviews, TODAY), reputation([*reviews, fresh], TODAY)
    if before.lo > 1 and before.hi < 5 and after.lo > 1 and after.hi < 5:
        assert after.hi - after.lo < before.hi - before.lo


def test_a_review_counts_half_after_two_years() -> None:
    old = TODAY - timedelta(days=round(HALF_LIFE_DAYS))
    found = reputation([Rated(1, old, "a")], TODAY)
    assert abs(found.mean - (PRIOR_WEIGHT * PRIOR_MEAN + 0.5) / (PRIOR_WEIGHT + 0.5)) < 1e-3


def test_a_day_that_has_not_come_weighs_no_more_than_today() -> None:
    assert reputation([Rated(2, TODAY + timedelta(days=9), "a")], TODAY) == reputation(
        [Rated(2, TODAY, "a")], TODAY
    )


def test_one_review_decides_little_and_silence_nothing() -> None:
    assert reputation([], TODAY).mean == PRIOR_MEAN
    assert reputation([Rated(1, TODAY, "a")], TODAY).mean == 3.25
    assert reputation([Rated(1, TODAY, "a")], TODAY, site_mean=3.0).mean == 2.5
