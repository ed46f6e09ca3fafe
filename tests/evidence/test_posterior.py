"""Evidence to level: the calibration table, sentence by sentence, and what holds for any ledger."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.evidence.posterior import (
    DEFAULTS,
    DOORSTEP,
    OWN_WORD,
    UNITS,
    Aside,
    Item,
    Level,
    Settings,
    most_helpful,
    posterior,
    shows_level,
    with_one_more,
)

TODAY = date(2026, 11, 21)
LEVELS = range(1, 6)


def item(tier: int, reading: float, number: int = 1, party: str | None = None, days: int = 0, **more) -> Item:
    """An item from a party of its own unless one is named."""
    party = f"party:{number}" if party is None else party
    return Item(number, tier, reading, TODAY - timedelta(days=days), party, **more)


def meets(*items: Item, family: str = "knowledge") -> int:
    return posterior(items, family, TODAY).meets


# The calibration table. Its sentences may not change.


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("count", [1, 2, 3, 10, 100, 1000])
def test_any_number_of_self_claims_meets_nothing(reading, count):
    claims = [item(0, reading, n, party="") for n in range(1, count + 1)]
    assert meets(*claims) == 0
    assert posterior(claims, "tool", TODAY).level == OWN_WORD < DOORSTEP


@pytest.mark.parametrize("reading", LEVELS)
def test_one_open_project_meets_at_most_one_less_and_at_most_2(reading):
    assert meets(item(1, reading)) <= min(reading - 1, 2)


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("tier", [2, 3])
def test_one_endorsement_or_one_known_credential_meets_at_most_one_less_and_1_at_1(tier, reading):
    if reading == 1:
        assert meets(item(tier, reading)) == 1
    else:
        assert 1 <= meets(item(tier, reading)) <= reading - 1


@pytest.mark.parametrize(("reading", "met"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4)])
def test_one_assessed_piece_of_work_meets_its_level_up_to_2_then_one_less(reading, met):
    assert meets(item(4, reading)) == met


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("same_party", [True, False])
def test_an_assessed_piece_with_a_credential_meets_its_level_up_to_4(reading, same_party):
    other = "party:1" if same_party else "party:2"
    assert meets(item(4, reading, 1), item(3, reading, 2, party=other)) == min(reading, 4)


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("same_party", [True, False])
def test_two_assessed_pieces_meet_their_level_up_to_5(reading, same_party):
    other = "party:1" if same_party else "party:2"
    assert meets(item(4, reading, 1), item(4, reading, 2, party=other)) == reading


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("days", [0, 400, 4000])
def test_twenty_credentials_of_one_issuer_count_no_more_than_its_first_two(reading, days):
    badges = [item(3, reading, n, party="issuer:1", days=days) for n in range(1, 21)]
    twenty, two = posterior(badges, "tool", TODAY), posterior(badges[:2], "tool", TODAY)
    assert (twenty.level, twenty.mu, twenty.sigma) == (two.level, two.mu, two.sigma)
    assert twenty.n == 2
    assert sum(line.aside is Aside.CAP for line in twenty.lines) == 18


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("same_party", [True, False])
@pytest.mark.parametrize("days", [6 * 365, 6 * 365 + 2])
def test_two_assessed_pieces_six_years_old_cost_a_tool_at_most_one_level_and_never_all(
    reading, same_party, days
):
    other = "party:1" if same_party else "party:2"
    old = meets(item(4, reading, 1, days=days), item(4, reading, 2, party=other, days=days), family="tool")
    assert old >= max(1, reading - 1)


# What follows from the rules about claims and caps.


@pytest.mark.parametrize("reading", LEVELS)
@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_claims_never_lift_other_evidence_over_any_minimum(tier, reading):
    claims = [item(0, 5, n, party="") for n in range(2, 40)]
    assert meets(item(tier, reading), *claims) == meets(item(tier, reading))


def test_a_modest_claim_takes_nothing_from_work_that_was_assessed():
    alone, modest = (
        posterior([item(4, 4)], "tool", TODAY),
        posterior([item(4, 4), item(0, 1, 2)], "tool", TODAY),
    )
    assert alone.level == modest.level
    assert modest.lines[1].aside is Aside.CLAIM


@pytest.mark.parametrize("reading", [0, 1, 3, 5])
@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_ones_own_word_adds_nothing_to_anything_that_was_shown(tier, reading):
    alone = posterior([item(tier, reading)], "tool", TODAY)
    words = [item(0, 5, 2, party=""), item(3, 5, 3, party="issuer:9", on_trial=True)]
    beside = posterior([item(tier, reading), *words], "tool", TODAY)
    assert (beside.level, beside.mu, beside.sigma, beside.tier) == (alone.level, alone.mu, alone.sigma, tier)
    assert [line.aside for line in beside.lines] == [None, Aside.CAP, Aside.TRIAL]
    assert alone.level >= OWN_WORD


def test_a_credential_of_an_issuer_on_trial_says_no_more_than_its_holder_does():
    claim, badge = item(0, 4, party=""), item(3, 4, party="issuer:9", on_trial=True)
    said, shown = (posterior([one], "tool", TODAY) for one in (claim, badge))
    assert (said.level, said.mu, said.sigma, said.tier) == (shown.level, shown.mu, shown.sigma, shown.tier)
    both = posterior([claim, item(3, 5, 2, party="issuer:9", on_trial=True)], "tool", TODAY)
    assert (both.level, both.tier, both.own_word) == (OWN_WORD, 0, True)
    assert sum(line.aside is Aside.CAP for line in both.lines) == 1, "together they weigh no more than one"


def test_ones_own_word_counts_again_when_what_was_shown_has_run_out():
    gone = item(3, 5, 1, expires_on=TODAY - timedelta(days=1))
    again = posterior([gone, item(0, 3, 2, party="")], "tool", TODAY)
    assert (again.level, again.own_word) == (OWN_WORD, True)
    nothing = posterior([gone], "tool", TODAY)
    assert (nothing.level, nothing.own_word) == (0, False)


@pytest.mark.parametrize("reading", LEVELS)
def test_ones_own_projects_alone_never_reach_beyond_level_3(reading):
    assert meets(*(item(1, reading, n, party="") for n in range(1, 50))) <= min(3, reading)


def test_a_claim_says_that_we_know_little():
    claim = posterior([item(0, 3)], "tool", TODAY)
    assert (claim.level, claim.tier, claim.own_word) == (OWN_WORD, 0, True)
    assert claim.hi - claim.lo > 3.5
    assert round(claim.counts * UNITS) == OWN_WORD


def test_nothing_to_go_by_is_level_0_at_the_common_start():
    nothing = posterior([], "soft", TODAY)
    assert (nothing.level, nothing.mu, nothing.n, nothing.meets) == (0, 1.0, 0, 0)


def test_nothing_said_counts_as_nothing_and_as_less_than_a_claim():
    claim = posterior([item(0, 5)], "tool", TODAY)
    gone = posterior([item(4, 5, expires_on=TODAY - timedelta(days=1))], "tool", TODAY)
    for nothing in (posterior([], "tool", TODAY), gone):
        assert (nothing.n, nothing.counts, nothing.rounding) == (0, 0, 0)
        assert nothing.counts < claim.counts


def test_an_older_badge_takes_no_weight_from_a_newer_one():
    fresh = [item(3, 4, n, party="issuer:1") for n in (1, 2)]
    old = item(3, 4, 3, party="issuer:1", days=5000)
    assert posterior([*fresh, old], "tool", TODAY).mu == posterior(fresh, "tool", TODAY).mu


def test_expired_and_later_items_are_named_and_count_for_nothing():
    gone = item(3, 5, 1, expires_on=TODAY - timedelta(days=1))
    last_day = item(3, 5, 2, expires_on=TODAY)
    later = item(4, 5, 3, days=-1)
    level = posterior([gone, last_day, later], "tool", TODAY)
    assert [line.aside for line in level.lines] == [Aside.EXPIRED, None, Aside.LATER]
    assert level.mu == posterior([last_day], "tool", TODAY).mu


def test_a_lenient_issuer_is_read_with_its_inflation_taken_off():
    plain, inflated = item(3, 3), item(3, 4, inflation=1.0)
    assert posterior([plain], "tool", TODAY).mu == posterior([inflated], "tool", TODAY).mu
    weak = posterior([item(3, 3, gain=0.5, inflation=1.5)], "tool", TODAY)
    assert weak.mu == pytest.approx(posterior([item(3, 3, variance=3.2)], "tool", TODAY).mu)


def test_an_example_worked_by_hand():
    """One T4 at 3 today and one T2 at 4 a half-life ago: P = .35 + 1/.36 + .5/1.5."""
    level = posterior([item(4, 3, 1), item(2, 4, 2, days=1096)], "tool", TODAY)
    decay = 0.5 ** (1096 / (3 * 365.25))
    p4, p2 = 1 / 0.36, decay / 1.5
    total = 0.35 + p4 + p2
    assert level.mu == pytest.approx((0.35 + 3 * p4 + 4 * p2) / total, abs=1e-12)
    assert level.sigma == pytest.approx(total**-0.5, abs=1e-12)
    assert [line.moves for line in level.lines] == pytest.approx([2 * p4 / total, 3 * p2 / total], abs=1e-12)
    assert level.level == round(51 * (level.mu - 0.5 * level.sigma)) == 134
    assert level.lines[1].weight == 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"tier": 5},
        {"tier": -1},
        {"reading": 5.1},
        {"reading": -1},
        {"variance": 0},
        {"variance": -1},
        {"gain": 0},
    ],
)
def test_an_item_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="is not"):
        Item(**{"id": 1, "tier": 4, "reading": 3, "occurred_on": TODAY, **wrong})


def test_an_unknown_family_is_refused_by_name():
    with pytest.raises(ValueError, match=r"'sport'.*tool, knowledge, soft"):
        posterior([], "sport", TODAY)


# For any ledger.

ITEMS = st.builds(
    Item,
    id=st.integers(1, 10**9),
    tier=st.integers(0, 4),
    reading=st.integers(0, 5000).map(lambda milli: milli / 1000),
    occurred_on=st.integers(0, 9000).map(lambda days: TODAY - timedelta(days=days)),
    party=st.sampled_from(["", "organisation:1", "organisation:2", "issuer:1"]),
    variance=st.none() | st.integers(100, 20000).map(lambda milli: milli / 1000),
    gain=st.floats(0.3, 1.5),
    inflation=st.floats(-1, 1.5),
)
LEDGERS = st.lists(ITEMS, max_size=12, unique_by=lambda i: i.id)
FAMILIES = st.sampled_from(["tool", "knowledge", "soft"])


@given(LEDGERS, FAMILIES, st.randoms())
def test_the_order_of_the_ledger_is_of_no_matter(ledger, family, random):
    mixed = random.sample(ledger, len(ledger))
    assert posterior(mixed, family, TODAY) == posterior(ledger, family, TODAY)


@given(LEDGERS, FAMILIES)
def test_the_lines_add_up_to_the_estimate(ledger, family):
    level = posterior(ledger, family, TODAY)
    assert level.mu == pytest.approx(DEFAULTS.m0 + sum(line.moves for line in level.lines), abs=1e-9)
    assert level.counts + level.rounding == pytest.approx(level.level / UNITS, abs=1e-9)
    assert all(line.moves == 0 for line in level.lines if line.aside)


@given(LEDGERS, FAMILIES)
def test_the_sum_as_it_is_printed_adds_up_to_the_tenth(ledger, family):
    level = posterior(ledger, family, TODAY)
    if not level.n or level.own_word:
        return  # of these no sum is shown
    estimate, doubt, left = (round(10 * float(f"{n:.1f}")) for n in level.printed)
    assert estimate - doubt == left
    assert (f"{level.printed[0]:.1f}", f"{level.printed[2]:.1f}") == (
        f"{level.mu:.1f}",
        f"{level.counts:.1f}",
    )
    assert abs(doubt / 10 - level.doubt) < 0.1 + 1e-9


@given(LEDGERS, FAMILIES)
def test_the_estimate_is_the_formula_in_exact_fractions(ledger, family):
    """A second way to the same number: h/P with rationals over the decays and shares reported."""
    level = posterior(ledger, family, TODAY)
    p, h = Fraction(DEFAULTS.p0), Fraction(DEFAULTS.p0) * Fraction(DEFAULTS.m0)
    for line in level.lines:
        v = Fraction(DEFAULTS.variance[line.item.tier] if line.item.variance is None else line.item.variance)
        a, b, z = (Fraction(x) for x in (line.item.gain, line.item.inflation, line.item.reading))
        weight = Fraction(line.decay) * Fraction(line.share)
        p += weight * a * a / v
        h += weight * a * (z - b) / v
    assert level.mu == pytest.approx(float(h / p), abs=1e-9)
    assert level.sigma == pytest.approx(float(p) ** -0.5, abs=1e-9)


@given(LEDGERS, FAMILIES)
def test_the_printed_bars_add_up_and_none_is_off_by_more_than_a_hundredth(ledger, family):
    level = posterior(ledger, family, TODAY)
    bars = level.waterfall()
    assert sum(bar.moves for bar in bars) == round(100 * (level.mu - level.doubt))
    for bar, following in pairwise(bars):
        assert following.start == bar.start + bar.moves
    for bar in bars:
        if bar.line:
            assert abs(bar.moves - 100 * bar.line.moves) <= 1 + 1e-6


@given(LEDGERS, FAMILIES, st.sampled_from([2, 3, 4]), st.integers(0, 20))
def test_new_evidence_at_or_above_the_estimate_never_lowers_the_level(ledger, family, tier, above):
    """From a party not heard before, so that no cap binds; and with claims out of the way, which it may set aside."""
    firm = [entry for entry in ledger if entry.tier]
    before = posterior(firm, family, TODAY)
    reading = min(5.0, max(0.0, before.mu) + above / 10)
    after = with_one_more(firm, family, TODAY, tier=tier, reading=reading)
    if reading >= before.mu:
        assert after.mu >= before.mu - 1e-12
        assert after.sigma < before.sigma
        assert after.level >= before.level


@given(LEDGERS, FAMILIES, st.sampled_from([2, 3, 4]))
def test_new_evidence_at_or_above_the_estimate_never_takes_a_requirement_away(ledger, family, tier):
    """The same with claims in the ledger: what is met stays met."""
    before = posterior(ledger, family, TODAY)
    firm = posterior([entry for entry in ledger if entry.tier], family, TODAY)
    reading = max(before.mu, firm.mu, 0.0)
    if reading <= 5:
        assert with_one_more(ledger, family, TODAY, tier=tier, reading=reading).meets >= before.meets


@given(LEDGERS, FAMILIES, st.integers(0, 9000))
def test_age_draws_the_estimate_towards_the_start_and_never_past_it(ledger, family, days):
    firm = [entry for entry in ledger if entry.tier]
    now, then = posterior(firm, family, TODAY), posterior(firm, family, TODAY + timedelta(days=days))
    assert then.sigma >= now.sigma - 1e-12
    if now.mu >= DEFAULTS.m0:
        assert DEFAULTS.m0 - 1e-9 <= then.mu <= now.mu + 1e-9
        assert then.level <= now.level
    else:
        assert now.mu - 1e-9 <= then.mu <= DEFAULTS.m0 + 1e-9


@given(LEDGERS, FAMILIES)
def test_no_party_weighs_more_than_its_cap(ledger, family):
    spent: dict[tuple[str, str], float] = {}
    for line in posterior(ledger, family, TODAY).lines:
        tier = line.item.tier
        kind = "claims" if tier == 0 else "shown" if tier == 1 else "issuer" if tier == 3 else "counterparty"
        key = (kind, line.item.party if tier > 1 else "")
        spent[key] = spent.get(key, 0) + line.precision
    for (kind, _), precision in spent.items():
        assert precision <= getattr(DEFAULTS, f"{kind}_cap") + 1e-9


# What would help most, and what a rubric shows.


def test_an_assessed_piece_of_work_helps_most():
    first, *rest = most_helpful([item(1, 2)], "tool", TODAY, reading=3)
    assert first.tier == 4
    assert first.after == with_one_more([item(1, 2)], "tool", TODAY, tier=4, reading=3)
    assert [s.after.level for s in (first, *rest)] == sorted(
        (s.after.level for s in (first, *rest)), reverse=True
    )


def test_what_helps_nothing_is_not_suggested():
    strong = [item(4, 5, n) for n in range(1, 9)]
    assert most_helpful(strong, "tool", TODAY, reading=1) == ()


@pytest.mark.parametrize(
    ("step", "target", "shown"),
    [
        (0, 1, 0),
        (0, 5, 0),
        (1, 1, 0),
        (2, 1, 0),
        (3, 1, 1),
        (4, 1, 2),
        (1, 3, 1),
        (3, 3, 3),
        (4, 3, 4),
        (4, 5, 5),
        (1, 5, 3),
    ],
)
def test_a_rubric_step_shows_its_level(step, target, shown):
    assert shows_level(step, target) == shown


def test_a_rubric_may_say_otherwise_for_some_steps():
    assert shows_level(2, 3, {2: 2.5}) == 2.5
    assert shows_level(3, 3, {2: 2.5}) == 3


@pytest.mark.parametrize(("step", "target"), [(5, 3), (-1, 3), (2, 0), (2, 6)])
def test_a_step_or_target_out_of_range_is_refused(step, target):
    with pytest.raises(ValueError, match="is not"):
        shows_level(step, target)


def test_settings_are_frozen_and_carry_a_version():
    assert DEFAULTS.version == 3
    with pytest.raises(AttributeError):
        DEFAULTS.m0 = 2.0  # type: ignore[misc]
    assert (
        posterior([item(4, 3)], "tool", TODAY, Settings(caution=0.0)).level
        > posterior([item(4, 3)], "tool", TODAY).level
    )
    assert isinstance(posterior([], "tool", TODAY), Level)
