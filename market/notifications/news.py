"""One row of the table of news: who is told, in which topic and words, where it leads, and by when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from market.notifications.context import Context
from market.notifications.rules import Topic

Words = Callable[[Mapping[str, str]], str]  # from the names and codes of a notification to a sentence
Audience = Callable[[Session, Context], list[int]]
Due = Callable[[Context], datetime | date | None]


class Link(NamedTuple):
    """A route and the named row whose public id it takes as the parameter `place`; no row for a page of its own."""

    route: str
    key: str = ""
    place: str = "id"


def nothing(_w: Mapping[str, str]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class News:
    """Who hears of an event and how it is said.

    `due` is the day by which something is asked of the reader; the words may name it as `%(due)s`, and the mail sets
    it apart as `due_words`. `or_link` leads on where the notification has no row for `link`.
    """

    to: Audience
    topic: Topic
    glyph: str
    title: Words
    line: Words
    link: Link
    action: Words
    due: Due | None = None
    due_words: Words = nothing
    when: Callable[[Context], bool] | None = None
    or_link: Link | None = None

    def kind(self, event: str) -> str:
        """The name a notification keeps of its row."""
        return f"{event}:{self.to.__name__}"
