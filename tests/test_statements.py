"""List pages take at most two SQL statements beside the session's, and no more when they have more to list."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from jinja2 import Template
from sqlalchemy import Engine, event

from market.paths import data_dir
from market.web.render import environment
from tests import listed
from tests.support.client import Client
from tests.support.databases import Databases
from tests.support.world import World

MOST = 2


class List(NamedTuple):
    """A page with a list, and who reads it: a visitor where nobody is named."""

    path: str
    who: str = ""


LISTS = {
    "opportunities.browse": List("/openings"),
    "opportunities.browse, searched": List("/openings?q=opening&kind=gig&skill=Spreadsheets"),
    "opportunities.browse, by fit": List("/openings", "amara"),
    "opportunities.browse, newest with fit": List("/openings?sort=new", "amara"),
    "opportunities.mine": List("/postings", "bruno"),
    "opportunities.mine, drafts": List("/postings?show=drafts", "bruno"),
    "programmes.browse": List("/programmes"),
    "programmes.browse, narrowed": List(
        "/programmes?skill=stock&hours_to=40&open=1&start_from=2026-12-01&cost=free"
    ),
    "programmes.ours": List("/programmes/ours", "bruno"),
    "applications.mine": List("/applications", "amara"),
    "engagements.mine": List("/work", "amara"),
    "engagements.ours": List("/team", "bruno"),
    "notifications.list": List("/news", "amara"),
    "notifications.list, of an employer": List("/news", "bruno"),
    "skills.browse": List("/skills"),
    "skills.browse, one field": List("/skills?field="),
    "skills.queue": List("/skills/proposed", "dana"),
    "organisations.members": List("/organisations/{bakery}/members", "bruno"),
    "staff.pool": List("/organisations/{bakery}/pool", "bruno"),
    "staff.skills": List("/organisations/{bakery}/skills", "bruno"),
    "staff.inside": List("/inside", "bruno"),
    "webhooks.show": List("/organisations/{bakery}/webhook", "bruno"),
    "staff.mine": List("/agreements", "amara"),
    "staff.incentives": List("/organisations/{bakery}/incentives", "bruno"),
    "reviews.of_person": List("/people/{amara}/reviews"),
    "reviews.of_person, by an employer": List("/people/{amara}/reviews", "bruno"),
    "reviews.of_organisation": List("/organisations/{bakery}/reviews"),
    "pathways.browse": List("/pathways"),
    "pathways.ours": List("/pathways/ours", "bruno"),
    "rubrics.ours": List("/rubrics", "bruno"),
    "achievements.ours": List("/issuing", "bruno"),
    "achievements.of_organisation": List("/organisations/{bakery}/achievements"),
    "credentials.issued": List("/issuing/credentials", "bruno"),
    "credentials.mine": List("/credentials", "amara"),
    "cases.queue": List("/moderation", "dana"),
    "cases.organisations": List("/moderation/organisations", "dana"),
    "cases.reports": List("/moderation/reports", "dana"),
    "cases.deliveries": List("/moderation/deliveries", "dana"),
    "wallet.mine": List("/wallet", "amara"),
    "trust.issuers": List("/issuers"),
    "trust.moderation": List("/moderation/issuers", "dana"),
    "matching.gaps": List("/skills/demand"),
    "matching.growth": List("/growth", "amara"),
    "apprenticeships.waiting": List("/waiting", "amara"),
    "engagements.calibration": List("/how/calibration"),
    "matching.our_gaps": List("/postings/demand", "bruno"),
    "matching.people": List("/people?q=Stock+control+1", "bruno"),
    "matching.people, several skills": List("/people?q=Stock+control+1,+spreadsheets+2,+brewing", "bruno"),
    "matching.people, for an opening": List("/people?for={busy}", "bruno"),
    "applications.candidates": List("/postings/{busy}/applications", "bruno"),
    "applications.candidates, answered": List("/postings/{busy}/applications?tab=shortlisted", "bruno"),
    "applications.candidates, to invite": List("/postings/{busy}/applications?tab=invite", "bruno"),
    "applications.covered": List("/postings/{busy}/applications/covered", "bruno"),
    "matching.candidates": List("/postings/{busy}/candidates", "bruno"),
    "demo.mail": List("/demo/mail"),
}


@pytest.fixture(scope="session")
def databases(sqlite_files: Databases) -> Databases:
    """SQLite alone: a page sends the same statements to either database."""
    return sqlite_files


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, without the session's, those that begin transactions, and the log's.

    A page writes its log in a transaction of its own once it is made: what begins with BEGIN IMMEDIATE.
    """
    seen: list[str] = []
    logs = False

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal logs
        if statement.startswith("BEGIN"):
            logs = statement == "BEGIN IMMEDIATE"
        elif not logs and not statement.startswith("PRAGMA") and "FROM session" not in statement:
            seen.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


class Taken(NamedTuple):
    """What each list page asked the database, by its name, and the templates that all of them were made of."""

    statements: dict[str, list[str]]
    templates: set[str]


def _taken(make: World, client: Client, busy: str) -> dict[str, list[str]]:
    """What each list page asks the database, by its name; what it logs after its answer is left out."""
    places = {"busy": busy, "bakery": make.bakery.public_id, "amara": make.amara.public_id}
    found = {}
    for name, page in LISTS.items():
        browser = client.as_(getattr(make, page.who)) if page.who else client
        browser.get(page.path.format(**places))  # what is kept after the first time is there now
        with counted(make.engine) as seen:
            answer = browser.get(page.path.format(**places))
        assert answer.status_code == 200, (name, answer.status_code)
        found[name] = [one for one in seen if one.startswith(("SELECT", "WITH"))]
    return found


@pytest.fixture
def taken(
    clients: Callable[..., Client], make: World, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], Taken]:
    used: set[str] = set()
    templates = environment()
    get = templates.get_template

    def noted(name: Any, *more: Any, **given: Any) -> Template:
        used.add(str(name))
        return get(name, *more, **given)

    monkeypatch.setattr(templates, "get_template", noted)
    return lambda rows: Taken(_taken(make, clients(demo=True), listed.build(make, rows)), used)


@pytest.mark.parametrize("rows", [1, 4])
def test_a_list_page_takes_two_statements_beside_the_session_s(
    taken: Callable[[int], Taken], rows: int
) -> None:
    found = taken(rows)
    assert {name: (len(seen), seen) for name, seen in found.statements.items() if len(seen) > MOST} == {}
    assert _with_pages() - found.templates == set(), "a list page that is not in LISTS"


def _with_pages() -> set[str]:
    """The templates of lists that go on over several pages."""
    root = data_dir("templates")
    return {str(one.relative_to(root)) for one in root.rglob("*.html") if "ui.pagination(" in one.read_text()}
