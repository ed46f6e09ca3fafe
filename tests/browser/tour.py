"""The demo world walked through by link, as a visitor and as each of the people one can step in as.

It is made and walked once for a run, with the clock at `NOW`; the pages are kept, so that tests of links, of HTML and
of accessibility look at the same ones.
"""

import collections
import html
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import httpx
from playwright.sync_api import Page
from starlette.routing import Match

from market import clock
from market.app import feature_routes
from market.config import Settings
from market.credentials.address import with_issuing
from market.db import connect
from market.demo.set_up import demo_settings, ensure_world
from market.files.service import with_files
from market.web.routing import MarketRoute
from tests.browser.doors import GONE, MISSING, PEOPLE, WALKERS, open_doors
from tests.browser.serving import PATIENCE, Site, serving
from tests.support.databases import locked
from tests.support.world import NOW

MOST = 6  # pages of one kind that one person looks at; the others of that kind differ in their words only

Key = tuple[str, tuple[str, ...]]


class Visit(NamedTuple):
    """One page as one person got it."""

    who: str
    path: str
    route: str
    status: int
    text: str
    came_from: str
    leads_to: str  # where a redirect goes

    @property
    def name(self) -> str:
        return f"{self.who or 'a visitor'} at {self.path}"

    @property
    def is_right(self) -> bool:
        """Did it answer as it should?"""
        return self.status == 404 if self.path in (MISSING, GONE) else self.status in (200, 303)


class Kept(NamedTuple):
    """What one run keeps: the folder of the world, everyone's session, and what they saw."""

    folder: Path
    tokens: dict[str, str]
    visits: list[Visit]


@dataclass(frozen=True)
class Tour:
    """The demo world on a server of this worker's own, with the pages that were seen."""

    site: Site
    tokens: dict[str, str]
    visits: list[Visit]

    @cached_property
    def pages(self) -> list[Visit]:
        """The whole pages, the one for what is missing among them."""
        return [one for one in self.visits if one.is_right and one.text.startswith("<!DOCTYPE")]

    @cached_property
    def one_each(self) -> list[Visit]:
        """The examples, and one page of each route for each person."""
        first = {(one.who, one.route): one for one in reversed(self.pages)}
        return list({(one.who, one.path): one for one in [*self.examples, *first.values()]}.values())

    def window(self, opened: Callable[..., Page], who: str) -> Page:
        """A browser window in which this person is signed in."""
        page = opened()
        if who:
            page.context.add_cookies(
                [{"name": "session", "value": self.tokens[who], "url": self.site.address}]
            )
        return page

    @cached_property
    def examples(self) -> list[Visit]:
        """As few pages as show everything: each route and each kind of element that anybody saw."""
        return cover(self.pages)


GET_ROUTES: list[MarketRoute] = [
    route for route in feature_routes(demo=True) if "GET" in (route.methods or ())
]


def route_of(path: str) -> str:
    """The name of the route that answers this path, empty when none does."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    for route in GET_ROUTES:
        if route.matches(scope)[0] is Match.FULL:
            return route.name
    return ""


def made_once(folder: Path) -> Kept:
    """The world and the walk through it, made by whichever worker asks first."""
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "walk.pickle"
    with locked(folder / "walk.lock"):
        if not ready.exists():
            settings = demo_settings(Settings(data=folder / "world"), 8000)
            settings.data.mkdir(exist_ok=True)
            making = folder / "walk.making"
            making.write_bytes(pickle.dumps(played_and_walked(settings)))
            making.rename(ready)
    kept: Kept = pickle.loads(ready.read_bytes())
    return kept


def played_and_walked(settings: Settings) -> Kept:
    """The world made where the settings say, and everyone's walk through it."""
    ensure_world(settings)
    clock.stand_at(NOW)  # playing the world let it run again
    engine = connect(settings.url)
    doors, tokens = open_doors(with_issuing(with_files(engine, settings), settings))
    with serving(settings, engine, with_worker=False) as site:
        visits = [visit for who in PEOPLE for visit in walk(site, who, tokens.get(who, ""), doors[who])]
    engine.dispose()
    return Kept(settings.data, tokens, visits)


@contextmanager
def touring(kept: Kept, folder: Path) -> Iterator[Tour]:
    """Serve a copy of the world."""
    shutil.copytree(kept.folder, folder / "world")
    settings = demo_settings(Settings(data=folder / "world"), 8000)
    engine = connect(settings.url)
    with serving(settings, engine, with_worker=False) as site:
        yield Tour(site, kept.tokens, kept.visits)
    engine.dispose()


def walk(site: Site, who: str, token: str, doors: list[str]) -> Iterator[Visit]:
    """Every page this person can reach by links from their doors, `MOST` of each kind."""
    cookies = {"session": token} if token else {}
    with httpx.Client(base_url=site.address, cookies=cookies, timeout=PATIENCE) as browser:
        waiting, seen = collections.deque((door, "") for door in doors), set(doors)
        counts: collections.Counter[Key] = collections.Counter()
        while waiting:
            path, came_from = waiting.popleft()
            answer = browser.get(path)
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            to = answer.headers.get("location", "")
            text = answer.text if is_page else ""
            yield Visit(who, path, route_of(urlsplit(path).path), answer.status_code, text, came_from, to)
            for link in [*links(text), to] if who in WALKERS else ():
                there = link.partition("#")[0]
                if not there.startswith("/") or there.startswith("/static/") or there in seen:
                    continue
                seen.add(there)
                parts = urlsplit(there)
                key = (route_of(parts.path), tuple(sorted({k for k, _ in parse_qsl(parts.query)})))
                counts[key] += 1
                if counts[key] <= MOST or not key[0]:
                    waiting.append((there, path))


def links(text: str) -> list[str]:
    """Where a page's links lead."""
    return [html.unescape(found) for found in re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', text)]


class _Kinds(HTMLParser):
    """Gathers what kinds of element a page is made of: tag, classes and what makes it behave otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = ".".join(sorted((given.get("class") or "").split()))
        told = [
            f"[{name}]"
            for name in ("disabled", "open", "aria-current", "aria-invalid", "readonly")
            if name in given
        ]
        self.found.add(f"{tag}.{classes}{given.get('type') or ''}{given.get('role') or ''}{''.join(told)}")


def kinds(text: str) -> set[str]:
    parser = _Kinds()
    parser.feed(text)
    return parser.found


def cover(pages: list[Visit]) -> list[Visit]:
    """A small choice of pages with every route and every kind of element on at least one of them (greedy)."""
    has = [kinds(page.text) | {f"route {page.route}"} for page in pages]
    open_kinds = set().union(*has) if has else set()
    chosen: list[Visit] = []
    while open_kinds:
        best = max(range(len(pages)), key=lambda n: len(has[n] & open_kinds))
        open_kinds -= has[best]
        chosen.append(pages[best])
    return chosen
