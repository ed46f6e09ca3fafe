"""Words in the reader's language, and the one clock."""

import contextvars
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations

import pytest

from market import clock, words
from market.words import _, language, plural, speak


class Welsh(NullTranslations):
    def gettext(self, message: str) -> str:
        return {"Apply": "Ymgeisio", "Hello, %(name)s.": "Helo, %(name)s."}.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "%(n)s cais" if msgid1 == "%(n)s application" else (msgid1 if n == 1 else msgid2)


@pytest.fixture
def welsh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(words, "_catalogue", lambda tag: Welsh() if tag == "cy" else NullTranslations())
    before = language()
    speak("cy")
    yield
    speak(before)


def test_a_sentence_is_said_in_the_language_spoken(welsh: None) -> None:
    assert language() == "cy"
    assert _("Apply") == "Ymgeisio"
    assert _("Hello, %(name)s.", name="Amara") == "Helo, Amara."
    assert plural("%(n)s application", "%(n)s applications", 3) == "3 cais"


def test_what_has_no_translation_is_said_in_english(welsh: None) -> None:
    assert _("Withdraw") == "Withdraw"
    speak("en")
    assert _("Apply") == "Apply"
    assert [
        plural("%(n)s opening of %(who)s", "%(n)s openings of %(who)s", n, who="Bruno") for n in (0, 1, 2)
    ] == [
        "0 openings of Bruno",
        "1 opening of Bruno",
        "2 openings of Bruno",
    ]


@pytest.mark.parametrize("tag", ["en", "pt-BR", "tlh", "zz-Zzzz-ZZ", ""])
def test_a_language_without_a_catalogue_is_no_fault(tag: str) -> None:
    assert words._catalogue(tag).gettext("Apply") == "Apply"


def test_a_percent_sign_without_values_is_left_alone() -> None:
    assert _("100% of it") == "100% of it"


def test_one_request_does_not_change_the_language_of_another(welsh: None) -> None:
    contextvars.copy_context().run(speak, "en")
    assert language() == "cy"


def test_the_clock_runs_and_knows_its_zone() -> None:
    before = datetime.now(UTC)
    told = clock.now()
    assert before <= told <= datetime.now(UTC)
    assert told.utcoffset() == timedelta(0)


def test_a_standing_clock_stands_moves_and_runs_again() -> None:
    there = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    with clock.standing(there):
        assert clock.now() == there
        clock.move(timedelta(hours=2))
        assert clock.now() == there + timedelta(hours=2)
        with pytest.raises(ZeroDivisionError), clock.standing(datetime(2000, 1, 1, tzinfo=UTC)):
            raise ZeroDivisionError
        assert clock.now() == there + timedelta(hours=2), "also after an error"
    assert clock.now() > there + timedelta(hours=2) or clock.now() != there
    assert clock._standing is None


@pytest.mark.parametrize(
    ("zone", "on"),
    [("UTC", date(2026, 12, 31)), ("Asia/Tokyo", date(2027, 1, 1)), ("America/New_York", date(2026, 12, 31))],
)
def test_today_is_the_day_of_the_place(zone: str, on: date) -> None:
    with clock.standing(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        assert clock.today(zone) == on


def test_the_clock_does_not_stand_at_an_hour_without_a_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        clock.stand_at(datetime(2026, 1, 1))  # noqa: DTZ001
