"""A whole page, or just the part of it that htmx asked for."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import ChoiceLoader, DictLoader
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.paths import data_dir
from market.web.render import environment, fragment_wanted, render
from market.web.routing import page
from tests.support.client import Client, htmx, words
from tests.support.databases import Databases, SqliteFiles


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def _page(request: Request, db: Session, actor: Actor) -> Response:
    return render(
        request,
        "try.html",
        fragments=("list",),
        status=422,
        words="<b>Bold</b>",
    )


TEMPLATE = """{% extends "base.html" %}
{% block title %}A try{% endblock %}
{% block here %}none{% endblock %}
{% block main %}<h1>A try</h1>{% block list %}<ul id="list"><li>{{ words }}</li></ul>{% endblock %}{% endblock %}
"""


@pytest.fixture
def site(site: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """With a page that has a list in it."""
    site.app.router.routes.insert(0, page("/try/page", _page, name="try.page", allow=anyone))
    env = environment()
    assert env.loader is not None
    monkeypatch.setattr(env, "loader", ChoiceLoader([DictLoader({"try.html": TEMPLATE}), env.loader]))
    return site


VARY = {"HX-Request", "HX-Request-Type", "HX-Target", "Cookie"}


def test_a_fragment_is_the_block_of_the_page_with_that_name(site: Client) -> None:
    whole, part = site.get("/try/page"), site.get("/try/page", headers=htmx("list"))
    assert whole.text.startswith("<!DOCTYPE html>")
    assert part.text == '<ul id="list"><li>&lt;b&gt;Bold&lt;/b&gt;</li></ul>'
    assert part.text in whole.text
    assert (whole.status_code, part.status_code) == (422, 422)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        htmx("head"),
        htmx("no_such_block"),
        htmx(""),
        {**htmx("list"), "HX-Request-Type": "full"},
        {"HX-Request": "true", "HX-Target": "div#list"},
        {**htmx("list"), "HX-Target": "ul#list#other"},
    ],
)
def test_whatever_is_no_fragment_of_this_page_gets_the_whole_page(
    site: Client, headers: dict[str, str]
) -> None:
    assert site.get("/try/page", headers=headers).text.startswith("<!DOCTYPE html>")


def test_caches_are_told_what_an_answer_depends_on(site: Client) -> None:
    for answer in (site.get("/try/page"), site.get("/try/page", headers=htmx("list")), site.get("/nowhere")):
        assert set(answer.headers["vary"].split(", ")) == VARY


def test_what_is_put_into_a_page_is_escaped(site: Client) -> None:
    assert "<b>Bold" not in site.get("/try/page").text
    assert "&lt;b&gt;Bold" in site.get("/try/page").text


def test_a_sentence_about_what_happened_waits_for_the_next_whole_page(site: Client) -> None:
    site.post("/try/ring", {"words": "x"})
    assert "It rang." not in words(site.get("/try/page", headers=htmx("list")))
    assert "It rang." in words(site.get("/try/page"))
    assert "It rang." not in words(site.get("/try/page"))


def test_a_sentence_is_said_once_also_on_an_error_page(site: Client) -> None:
    site.post("/try/ring", {"words": "x"})
    assert "It rang." in words(site.get("/nowhere"))
    assert "It rang." not in words(site.get("/"))


@pytest.mark.parametrize("cookie", ["ok:%3Cscript%3E", "evil:words", "ok:", "%", ":", "no-colon", "%FF%FE:x"])
def test_a_forged_sentence_is_text_and_no_fault(site: Client, cookie: str) -> None:
    answer = site.get("/", headers={"cookie": f"said={cookie}"})
    assert answer.status_code == 200
    assert "<script>" not in answer.text.split("<main")[1]


@pytest.mark.parametrize(
    ("target", "wanted"), [("div#list", "list"), ("main", "main"), ("", ""), ("a#b#c", "c")]
)
def test_htmx_names_the_element_after_its_tag(target: str, wanted: str) -> None:
    scope = {
        "type": "http",
        "headers": [(b"hx-request-type", b"partial"), (b"hx-target", target.encode())],
    }
    assert fragment_wanted(Request(scope)) == wanted


def test_where_nothing_essential_is_asked_none_of_it_is_said_to_be_missed() -> None:
    draw: Any = environment().globals["draw"]
    drawn = draw.two(SimpleNamespace(met=0, of=0, coverage=40))
    assert "0 of 0" not in drawn
    assert "nothing essential" in drawn
    assert "40 %" in drawn


def test_what_only_a_screen_reader_says_goes_through_the_catalogue_too():
    inside = r"\{\{.*?\}\}|\{%.*?%\}"
    found = {}
    for file in sorted(data_dir("templates").rglob("*.html")):
        for said in re.findall(rf'aria-label="((?:{inside}|[^"])*)"', file.read_text(encoding="utf-8")):
            if re.search("[A-Za-z]{2}", re.sub(inside, "", said)):
                found[file.name] = said
    assert not found
