"""When the daily letter goes, how long a failed mail waits, what is fit for a header."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.notifications.rules import HOURS, TRIES, Topic, next_letter, one_line, pause_after, topics_for


@pytest.mark.parametrize(
    ("now", "zone", "due"),
    [
        ("2026-11-16T05:00+00:00", "Europe/London", "2026-11-16T07:00+00:00"),
        ("2026-11-16T07:00+00:00", "Europe/London", "2026-11-17T07:00+00:00"),
        ("2026-11-16T10:00+00:00", "Pacific/Auckland", "2026-11-16T18:00+00:00"),
        ("2026-03-28T12:00+00:00", "Europe/Paris", "2026-03-29T05:00+00:00"),  # summer time begins that night
    ],
)
def test_the_daily_letter_comes_at_its_hour_in_the_readers_own_day(now: str, zone: str, due: str) -> None:
    assert next_letter(datetime.fromisoformat(now), zone, 7) == datetime.fromisoformat(due)


@given(
    st.integers(1_577_836_800, 2_051_222_400).map(lambda s: datetime.fromtimestamp(s, UTC)),
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    st.sampled_from(HOURS),
)
def test_it_is_always_ahead_within_a_day_or_so_and_at_its_hour(now: datetime, zone: str, hour: int) -> None:
    due = next_letter(now, zone, hour)
    assert now < due <= now + timedelta(hours=26)
    assert due.astimezone(ZoneInfo(zone)).hour == hour


def test_a_mail_is_tried_five_times_with_growing_pauses() -> None:
    pauses = [pause_after(n) for n in range(1, TRIES + 1)]
    assert pauses[-1] is None
    assert all(pauses[:-1])
    assert pauses[:-1] == sorted(p for p in pauses if p)


@given(st.text())
def test_a_title_never_begins_another_header(text: str) -> None:
    assert not set(one_line(text)) & set("\r\n\x00\u2028")
    assert len(one_line(text)) <= 200


def test_moderators_alone_choose_how_they_hear_of_moderation() -> None:
    assert set(topics_for(moderates=True)) - set(topics_for(moderates=False)) == {Topic.MODERATION}
