"""The table of news is whole: every event has words, or a letter, or a reason why nobody hears of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from market.app import feature_routes
from market.notifications import letters
from market.notifications.news import News
from market.notifications.rules import USUAL, Channel, Topic
from market.notifications.service import tell
from market.notifications.table import BY_KIND, LETTERS, NEWS, QUIET
from market.subscribers import LEADS_TO

ROWS = [(event, news) for event, rows in NEWS.items() for news in rows]
IDS = [news.kind(event) for event, news in ROWS]
ICONS = (Path(__file__).parents[2] / "static" / "img" / "icons.svg").read_text()


class Places(dict[str, str]):
    """Words for every place, and a note of the places that a sentence names."""

    def __init__(self) -> None:
        names = (
            "opening", "org", "person", "work", "part", "skill", "application", "offer", "report", "actor", "topic", "credential", "pathway",
            "held", "programme",
            "about", "due", "reason", "status", "version", "decision",
        )  # fmt: skip
        super().__init__({name: f"<{name}>" for name in names})


def said(news: News, places: Mapping[str, str]) -> list[str]:
    return [news.title(places), news.line(places), news.action(places), news.due_words(places)]


def test_every_event_has_words_or_a_letter_or_a_reason_for_silence() -> None:
    groups = [set(NEWS), set(LETTERS), set(QUIET)]
    assert set.union(*groups) == set(LEADS_TO)
    assert sum(map(len, groups)) == len(set.union(*groups)), "an event stands in two places"
    assert all(len(reason) > 10 for reason in QUIET.values())


def test_the_worker_tells_exactly_what_the_table_names() -> None:
    assert {event for event, who in LEADS_TO.items() if tell in who} == set(NEWS)
    assert {event for event, who in LEADS_TO.items() if letters.write in who} == set(LETTERS)


def test_no_two_rows_of_an_event_are_for_the_same_people() -> None:
    assert len(BY_KIND) == len(ROWS)


@pytest.mark.parametrize(("event", "news"), ROWS, ids=IDS)
def test_each_row_speaks_in_whole_sentences(event: str, news: News) -> None:
    title, line, action, _due = said(news, Places())
    assert title
    assert line
    assert action
    assert not title.endswith((".", "!")), "a title is a fact, without a full stop"
    assert line.endswith("."), line
    for words in (title, line, action):
        assert not [no for no in ("!", "%(", " just ") if no in words], words
    assert f'id="i-{news.glyph}"' in ICONS


@pytest.mark.parametrize(("event", "news"), ROWS, ids=IDS)
def test_each_row_leads_to_a_page_that_is_there(event: str, news: News) -> None:
    routes: dict[str, Any] = {route.name: route for route in feature_routes()}
    for link in filter(None, (news.link, news.or_link)):
        assert link.route in routes, link
        wanted = {link.place} if link.key else set()
        assert set(routes[link.route].param_convertors) == wanted, link


@pytest.mark.parametrize(("event", "news"), ROWS, ids=IDS)
def test_a_day_that_is_named_is_known_and_set_apart(event: str, news: News) -> None:
    names_it = any("<due>" in words for words in said(news, Places()))
    assert not names_it or news.due is not None, "the words name a day that nobody works out"


def test_whatever_is_due_goes_out_at_once_unless_someone_chose_otherwise() -> None:
    assert USUAL[Topic.DUE] is USUAL[Topic.ANSWERS] is Channel.MAIL_NOW
    assert set(USUAL) == set(Topic)
    assert {news.topic for _event, news in ROWS} == set(Topic), "a topic that nothing belongs to"


DEADLINES = {
    "application.submitted": "reviewers",
    "application.overdue": "reviewers",
    "application.offered": "person",
    "application.countered": "other_side",
    "offer.lapses_soon": "answering_side",
    "opportunity.expiring": "posters",
    "engagement.scheduled": "other_side",
    "milestone.submitted": "team",
    "milestone.waits": "team",
    "milestone.overdue": "person",
    "milestone.due_soon": "person",
    "engagement.ends_soon": "person",
    "engagement.completed": "judges",
    "assessment.due_soon": "judges",
    "opportunity.closes_soon": "drafters",
    "review.opened": "writers",
    "review.sealed": "other_side_of_pair",
}


@pytest.mark.parametrize(("event", "who"), DEADLINES.items())
def test_everything_with_a_deadline_is_told_at_once_with_its_day(event: str, who: str) -> None:
    news = BY_KIND[f"{event}:{who}"]
    assert USUAL[news.topic] is Channel.MAIL_NOW
    assert news.due is not None
    assert news.due_words(Places())


def test_a_sealed_review_gives_away_nothing_but_that_it_is_in() -> None:
    title, line, *_rest = said(BY_KIND["review.sealed:other_side_of_pair"], Places())
    assert title == "The other side has submitted its review of “<work>”"
    assert line == "Nobody sees a word of it until both are in, or until <due>."
