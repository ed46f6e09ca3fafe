"""The first page and the pages that explain the site: for everyone, with figures that are counted."""

import re
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from market.access import Actor
from market.app import feature_routes
from market.applications import service as applications
from market.applications.models import Application
from market.evidence.credit import Path
from market.evidence.posterior import DEFAULTS, Item, posterior
from market.home import examples, public
from market.home.routes import greeting
from market.opportunities.rules import Kind
from tests.applications import scene
from tests.engagements import scene as engagements
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import World

EXPLAIN = (
    "/how",
    "/how/levels",
    "/how/tiers",
    "/how/agreement",
    "/how/pay",
    "/privacy",
    "/accessibility",
    "/about",
)


def test_the_first_page_of_an_empty_site_promises_nothing(client: Client, make: World) -> None:
    said = words(client.get("/"))
    assert "Show what you can do. Be paid while you do it." in said
    assert said.count("None open today.") == 2
    assert "Nothing is open yet." in said
    assert "0 %" not in said
    assert "counted here from the first opening on" in said


def test_the_first_page_counts_what_is_open(client: Client, make: World) -> None:
    known = postings.skills(make)
    postings.published(make, known=known)
    postings.published(make, known=known, pay_minor=40_000, title="Label four hundred seed packets by hand")
    postings.published(
        make, known=known, **postings.trial(pay_minor=42_000, title="Design a jig in two days")
    )
    postings.draft(make, known=known, title="A draft that nobody should read here")
    said = words(client.get("/"))
    assert "2 open, from £288." in said
    assert "One open." in said
    assert "See all 3 openings" in said
    assert "Posted this week" in said
    assert said.index("Design a jig") < said.index("Label four hundred") < said.index("Turn our paper")
    assert "A draft that nobody" not in said
    with make.read() as db:
        found = public.front(db)
    assert (found.kinds[Kind.GIG].n, found.kinds[Kind.TRIAL].n, found.open_count) == (2, 1, 3)
    assert found.figures.openings == 3
    assert found.figures.pay_hourly_minor == 2222, "the middle of 1600, 2222 and 2333"


def test_answers_in_time_are_counted_once_they_are_due(make: World, standing_clock: object) -> None:
    opening = scene.opening(make)
    answered, late, _waiting = (scene.applied(make, opening, make.person()) for _ in range(3))
    scene.reviewed(make, answered)
    with make.write() as db:
        applications.decline(
            db, make.actor(make.bruno), db.get_one(Application, answered), "others", "Others showed more."
        )
    with make.read() as db:
        assert public.front(db).figures[:2] == (1, 1), "who still has time is not counted"
    standing_clock.move(days=20)  # type: ignore[attr-defined]
    with make.read() as db:
        assert public.front(db).figures[:2] == (1, 3)
    scene.reviewed(make, late)
    with make.write() as db:
        applications.decline(
            db, make.actor(make.bruno), db.get_one(Application, late), "others", "Others showed more."
        )
    with make.read() as db:
        assert public.front(db).figures[:2] == (1, 3), "an answer after the day is no answer in time"


def test_who_is_signed_in_finds_their_own_sides_from_the_first_page(client: Client, make: World) -> None:
    page = client.as_(make.bruno).get("/")
    assert 'href="/home"' in page.text
    assert "To answer, for Nettle & Rye Bakery" in words(page)


@pytest.mark.parametrize("path", EXPLAIN)
def test_everyone_reads_the_pages_that_explain(client: Client, make: World, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.as_(make.amara).get(path).status_code == 200


def test_the_page_on_levels_shows_the_constants_in_use_and_lines_that_add_up(client: Client) -> None:
    page = client.get("/how/levels")
    said = words(page)
    for variance in DEFAULTS.variance:
        assert f" {variance} " in said
    assert "3 years for tools, 6 for knowledge, 10 for soft skills" in said
    table = page.text.split("From the starting point to what it counts as")[1].split("</table>")[0]
    numbers = [
        float(n.replace("\u2212", "-")) for n in re.findall(r'class="num"[^>]*>([+\u2212]?\d\.\d\d)<', table)
    ]
    assert len(numbers) == 8
    assert round(sum(numbers[:-1]), 2) == numbers[-1], "every line as printed, and their sum"


def test_the_formula_as_it_is_printed_gives_the_level(client: Client) -> None:
    """Read off the page and reckoned with, for items whose issuers and raters something was learned of."""
    printed = re.search(r'<pre class="formula"><code>(.*?)</code>', client.get("/how/levels").text, re.DOTALL)
    assert printed is not None
    today = date(2026, 11, 16)
    items = [
        Item(1, 3, 4.0, date(2024, 11, 16), "issuer:1", gain=0.6, inflation=0.8),
        Item(2, 3, 3.0, date(2025, 1, 2), "issuer:1", gain=0.6, inflation=0.8),
        Item(3, 4, 2.5, date(2026, 3, 1), "organisation:1", inflation=-0.4),
        Item(4, 2, 3.5, date(2026, 11, 1), "organisation:2", variance=2.2),
    ]
    level = posterior(items, "tool", today)
    known: dict[str, Any] = {
        "age": np.array([line.decay for line in level.lines]),
        "cap": np.array([line.share for line in level.lines]),
        "gain": np.array([item.gain for item in items]),
        "inflation": np.array([item.inflation for item in items]),
        "reading": np.array([item.reading for item in items]),
        "variance": np.array([item.variance or DEFAULTS.variance[item.tier] for item in items]),
        "sum": np.sum,
    }
    signs = {"\u00d7": "*", "\u2212": "-", "\u00b2": "**2", "1 / \u221aprecision": "precision ** -0.5"}
    for line in printed[1].splitlines():
        for sign, meaning in signs.items():
            line = line.replace(sign, meaning)
        name, formula = re.split(r"\s+= ", line)
        known[name.replace(" ", "_")] = eval(formula, {"__builtins__": {}}, known)
    assert known["estimate"] == pytest.approx(level.mu)
    assert known["spread"] == pytest.approx(level.sigma)
    assert known["counts_as"] == pytest.approx(level.counts)


def test_the_page_on_levels_says_what_evidence_of_a_skill_around_another_is_worth(client: Client) -> None:
    said = words(client.get("/how/levels"))
    for path in (Path((1, 2)), Path((1, 2, 3)), Path((1, 2), broader=True), Path((1, 2, 3), broader=True)):
        numerator, denominator = path.part
        assert f"{round(100 * numerator / denominator)} %" in said
    assert (
        "A narrower skill, one way of doing it 90 % of its level one step away, 81 % two steps away" in said
    )
    assert (
        "A broader skill, the field it lies in 50 % of its level one step away, 25 % two steps away" in said
    )


def test_the_example_climbs_and_ends_at_level_3() -> None:
    today = date(2026, 11, 16)
    counted = [stage.level.level for stage in examples.climb(today)]
    assert counted == sorted(counted)
    assert examples.climb(today)[0].level.meets == 0
    assert examples.whole(today).meets == 3
    assert examples.one_piece(today).before.meets == 0
    assert examples.one_piece(today).after.meets == 2


def test_what_the_page_on_tiers_says_each_kind_meets_is_the_calibration() -> None:
    meets = [tried.level.meets for tried in examples.kinds(date(2026, 11, 16))]
    assert meets == [0, 1, 2, 2, 2, 3]


def test_the_pay_page_names_the_floor_of_this_site(clients: object) -> None:
    said = words(clients(pay_floor_minor=1500).get("/how/pay"))  # type: ignore[operator]
    assert "Nothing below £15 an hour" in said
    assert "Eighteen hours at this floor are £270." in said


def test_a_demonstration_says_that_it_is_made_up(clients: object) -> None:
    assert "made up" in words(clients(demo=True).get("/about"))  # type: ignore[operator]
    assert "made up" not in words(clients(demo=False).get("/about"))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("hour", "zone", "expected"),
    [
        (8, "UTC", "Good morning, Amara"),
        (8, "Asia/Tokyo", "Good afternoon, Amara"),
        (8, "America/Los_Angeles", "Good evening, Amara"),
        (4, "UTC", "Good evening, Amara"),
        (12, "UTC", "Good afternoon, Amara"),
        (18, "UTC", "Good evening, Amara"),
    ],
)
def test_the_greeting_goes_by_the_clock_where_the_person_is(hour: int, zone: str, expected: str) -> None:
    at = datetime(2026, 11, 16, hour, tzinfo=UTC)
    assert greeting(Actor(id=1, name="Amara Okafor", time_zone=zone), at) == expected


def test_someone_without_a_name_is_welcome() -> None:
    assert greeting(Actor(id=1), datetime(2026, 11, 16, tzinfo=UTC)) == "Welcome"


def test_every_link_of_the_menus_leads_somewhere(client: Client, make: World) -> None:
    """Followed as each kind of person: no entry that answers with a refusal or nothing."""
    names = {route.name for route in feature_routes()}
    assert {"home.front", "home.talent", "home.employer", "matching.people"} <= names
    for who in (None, make.amara, make.bruno, make.mira, make.dana):
        browser = client.as_(who) if who else client
        for start in ("/", "/home", "/employer"):
            page = browser.get(start)
            if page.status_code != 200:
                continue
            head = page.text.split("<main", 1)[0] + page.text.rsplit("</main>", 1)[1]
            for href in sorted(set(re.findall(r'<a[^>]* href="(/[^"#]*)"', head))):
                found = browser.get(href)
                assert found.status_code == 200, (who, start, href, found.status_code)


def test_a_work_page_keeps_the_side_one_came_from() -> None:
    from market.access import Membership, Role
    from market.home.nav import nav

    both = Actor(id=1, name="Bruno", memberships=(Membership(1, 1, Role.OWNER, "Bakery"),))

    def keys(path: str, here: str) -> list[str]:
        return [item.key for item in nav(both, path, lambda route: "/x", demo=False, here=here).main]

    assert "team" in keys("/work/abc", "team")
    assert "team" not in keys("/work/abc", "work")
    assert "own" in keys("/postings", "posts")


def test_the_head_of_a_page_that_two_sides_read_is_that_of_the_reader(client: Client, make: World) -> None:
    work = engagements.work(make, make.engagement())
    ways = {make.bruno: "Our openings Work People", make.amara: "My next step Openings Programmes My work"}
    for who, head in ways.items():
        for path in (f"/work/{work.public_id}", f"/threads/engagement/{work.public_id}"):
            said = words(client.as_(who).get(path)).split("Skip to the content")[1][:200]
            assert head in said, (who.name, path)


def test_a_mentor_is_led_only_where_a_mentor_may_go(client: Client, make: World) -> None:
    said = words(client.as_(make.mira).get("/employer")).split("Skip to the content")[1][:200]
    assert "To answer Work My own side" in said


def test_the_pages_are_valid(client: Client, make: World) -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    postings.published(make)
    pages = {path: client.get(path).text for path in ("/", *EXPLAIN)}
    for who in (make.amara, make.bruno, make.mira):
        for path in ("/", "/home", "/employer"):
            pages[f"{who.name} {path}"] = client.as_(who).get(path).text
    assert complaints(pages) == []
