"""Issuer strength: held to a search over a grid, and to simulated issuers and mills whose strength we know."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.posterior import Item, posterior
from market.evidence.strength import (
    DEFAULTS,
    KNOWN,
    MIDDLE,
    Holder,
    Settings,
    Strength,
    corrected,
    holders_of,
    learn,
)

DAY = date(2026, 11, 21)
LOOSE = Settings(gain_drift=9, inflation_drift=9)
HOLDERS = st.lists(
    st.builds(
        Holder,
        st.just("issuer:1"),
        st.integers(1, 30),
        st.just(1),
        st.floats(0, 5),
        st.just(0.8),
        st.floats(0, 5),
        st.floats(0.2, 1.5),
    ),
    min_size=1,
    max_size=30,
)


def simulated(seed: int, gain: float, inflation: float, people: int = 200) -> list[Holder]:
    """Holders of an issuer with this strength, known as well as two assessments make them."""
    random = np.random.default_rng(seed)
    found = []
    for person in range(people):
        true = random.normal(2.5, 1.1)
        read = gain * true + inflation + random.normal(0, 0.9)
        mean, sigma = true + random.normal(0, 0.4), 0.4
        # A posterior mean is drawn towards the middle of the people.
        mean = (mean / sigma**2 + 2.5 / 1.1**2) / (1 / sigma**2 + 1 / 1.1**2)
        sigma = (1 / sigma**2 + 1 / 1.1**2) ** -0.5
        found.append(Holder("issuer:1", person, 1, read, 0.8, mean, sigma))
    return found


@given(HOLDERS)
def test_the_estimate_is_the_most_likely_of_a_grid(holders):
    found = learn(holders, {}, 1, LOOSE).get("issuer:1")
    if found is None:
        assert len({h.person_id for h in holders}) < 5
        return

    def unlikely(gain: float, middle: float) -> float:
        residuals = sum(
            (h.reading - MIDDLE - middle - gain * (h.mean - MIDDLE)) ** 2
            / (h.variance + (found.gain * h.sigma) ** 2)
            for h in holders
        )
        return residuals + ((gain - 1) / LOOSE.gain_sd) ** 2 + (middle / LOOSE.inflation_sd) ** 2

    at = unlikely(found.gain, found.in_the_middle)
    for gain, middle in product(np.linspace(0.1, 1.5, 29), np.linspace(-3, 3, 61)):
        assert at <= unlikely(gain, middle) + 2e-2


@pytest.mark.parametrize(("gain", "inflation"), [(1.0, 0.0), (0.6, 1.8), (1.0, 1.0), (0.8, -0.3)])
@pytest.mark.parametrize("seed", range(3))
def test_gain_and_inflation_are_found_again(seed, gain, inflation):
    found = learn(simulated(seed, gain, inflation), {}, 1, LOOSE)["issuer:1"]
    assert found.gain == pytest.approx(gain, abs=0.15)
    assert found.in_the_middle == pytest.approx(inflation + (gain - 1) * MIDDLE, abs=0.2)
    assert (found.n, found.version) == (200, 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_mills_badge_ends_worth_almost_nothing(seed):
    mill: dict[str, Strength] = {}
    for release in range(1, 9):
        mill = learn(simulated(seed, 0.0, 4.6), mill, release)
    assert mill["issuer:1"].gain < 0.2
    badge = corrected(Item(1, 3, 4.6, DAY, "issuer:1"), mill)
    unknown = posterior([Item(1, 3, 4.6, DAY, "issuer:1")], "knowledge", DAY)
    assert unknown.meets == 3
    assert posterior([badge], "knowledge", DAY).meets <= 1


def test_fewer_than_five_people_teach_nothing():
    four = [h for h in simulated(1, 0.0, 4.6) if h.person_id < 4]
    assert learn(four * 3, {}, 1) == {}
    before = {"issuer:1": Strength(0.8, 0.2, 9, 3)}
    assert learn(four, before, 4) == before


@given(HOLDERS, st.floats(0.1, 1.5), st.floats(-1, 1))
def test_no_release_moves_further_than_its_drift(holders, gain, inflation):
    before = Strength(gain, inflation, 9, 1)
    after = learn(holders, {"issuer:1": before}, 2)["issuer:1"]
    assert abs(after.gain - before.gain) <= DEFAULTS.gain_drift + 1e-9
    assert abs(after.in_the_middle - before.in_the_middle) <= DEFAULTS.inflation_drift + 1e-9
    assert DEFAULTS.least_gain - 1e-9 <= after.gain <= DEFAULTS.most_gain + 1e-9


@given(HOLDERS, st.randoms(use_true_random=False))
def test_the_order_of_the_holders_is_of_no_matter(holders, random):
    shuffled = list(holders)
    random.shuffle(shuffled)
    assert learn(shuffled, {}, 1) == learn(holders, {}, 1)


def work(number: int, days: int, tier: int = 4, party: str = "organisation:1", reading: float = 2) -> Item:
    return Item(number, tier, reading, DAY - timedelta(days=days), party)


def test_a_holder_is_known_by_the_rest_of_the_ledger():
    badges = [work(1, 400, 3, "issuer:1", 5), work(2, 300, 3, "issuer:1", 4)]
    rest = [work(3, 10), work(4, 500, 1, "", 3)]
    (holder,) = holders_of(7, 9, [*badges, *rest], "tool", DAY)
    alone = posterior(rest, "tool", DAY)
    assert holder == Holder("issuer:1", 7, 9, 4, 0.8, alone.mu, alone.sigma)


@pytest.mark.parametrize(
    "rest", [[], [work(3, 500)], [work(3, 10, party="issuer:1")], [work(3, 10, 2)], [work(3, -5)]]
)
def test_a_credential_teaches_only_when_somebody_else_assessed_its_holder_afterwards(rest):
    assert holders_of(7, 9, [work(1, 400, 3, "issuer:1", 5), *rest], "tool", DAY) == []


def test_credentials_are_read_by_what_is_known_of_their_issuer_and_on_trial_without_it():
    strengths = {"issuer:1": Strength(0.5, 1.5, 12, 2)}
    badge = corrected(Item(1, 3, 4, DAY, "issuer:1", on_trial=True), strengths)
    assert (badge.gain, badge.inflation, badge.on_trial) == (0.5, 1.5, False)
    unknown = corrected(Item(1, 3, 4, DAY, "issuer:2"), strengths)
    assert (unknown.gain, unknown.inflation, unknown.on_trial) == (1, 0, True)
    work = Item(1, 4, 4, DAY, "issuer:1")
    assert corrected(work, strengths) == work
    assert (KNOWN.gain, KNOWN.inflation, KNOWN.in_the_middle) == (1, 0, 0)
