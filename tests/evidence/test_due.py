"""The day at which a level changes next, against the full recomputation of every day."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from market.evidence.due import next_due
from market.evidence.posterior import DEFAULTS, Item, Level, posterior
from market.matching.core.policy import hopeful

DAY = date(2026, 11, 22)
FAMILIES = ("tool", "knowledge", "soft")
ITEMS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 5000),
        st.integers(-40, 2500),
        st.integers(1, 3),
        st.none() | st.integers(-30, 900),
        st.sampled_from([(1.0, 0.0), (0.6, 0.8), (1.0, -0.4)]),
    ),
    max_size=6,
)


def made(rows: list[tuple[int, int, int, int, int | None, tuple[float, float]]]) -> list[Item]:
    return [
        Item(
            n,
            tier,
            reading / 1000,
            DAY - timedelta(days=age),
            f"organisation:{party}",
            gain=gain,
            inflation=inflation,
            expires_on=None if ends is None else DAY + timedelta(days=ends),
        )
        for n, (tier, reading, age, party, ends, (gain, inflation)) in enumerate(rows, 1)
    ]


def kept(level: Level) -> tuple[int, int, int]:
    """What matching uses of a level: the integer, the hope, the tier."""
    return level.level, hopeful(level.mu, level.sigma, level.level, level.tier), level.tier


@settings(max_examples=150)
@given(rows=ITEMS, family=st.sampled_from(FAMILIES), step=st.sampled_from([1, 1, 7, 40]))
@example(rows=[(4, 3000, 0, 1, None, (1.0, 0.0))], family="tool", step=1)
@example(rows=[(4, 200, 0, 1, None, (1.0, 0.0)), (0, 5000, 0, 1, None, (1.0, 0.0))], family="tool", step=1)
def test_nothing_that_matching_uses_changes_before_the_due_day(
    rows: list[tuple[int, int, int, int, int | None, tuple[float, float]]], family: str, step: int
) -> None:
    """Stepping over days as a sweep does, also one that runs seldom, what is kept is what a full recomputation gives."""
    items = made(rows)
    level, due = next_due(items, family, DAY)
    assert level == posterior(items, family, DAY)
    for n in range(1, 400):
        today = DAY + timedelta(days=n * step)
        if due is not None and due <= today:
            level, due = next_due(items, family, today)
            assert due is None or due > today
        assert kept(level) == kept(posterior(items, family, today)), today


def test_a_level_is_touched_about_as_often_as_it_changes() -> None:
    items = [Item(1, 4, 3.0, DAY, "organisation:1"), Item(2, 0, 4.0, DAY), Item(3, 3, 2.5, DAY, "issuer:1")]
    touched = changed = 0
    level, due = next_due(items, "tool", DAY)
    for n in range(1, 3000):
        today = DAY + timedelta(days=n)
        now = posterior(items, "tool", today)
        changed += kept(now) != kept(level)
        if due is not None and due <= today:
            level, due = next_due(items, "tool", today)
            touched += 1
    assert changed <= touched <= changed + 3
    assert touched < 3000 / 15, "a nightly sweep that rewrote all would touch it 3000 times"


def test_what_never_changes_is_never_due() -> None:
    assert next_due([], "tool", DAY)[1] is None
    far = [Item(1, 4, 3.0, date(1700, 1, 1), "organisation:1")]
    assert next_due(far, "tool", DAY)[1] is None


def test_the_end_of_the_calendar_is_no_error() -> None:
    items = [Item(1, 4, 5.0, date.max - timedelta(days=3), "organisation:1")]
    assert next_due(items, "soft", date.max - timedelta(days=2))[0].level > 0
    assert next_due(items, "soft", date.max, DEFAULTS)[1] is None
