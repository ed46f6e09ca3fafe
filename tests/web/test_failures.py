"""Errors as pages: the status, what to do next, the same words for htmx, and nothing of the insides."""

import html
import logging
import re

import pytest
from httpx import Response

from market import words as language
from market.paths import data_dir
from market.web import failures, sent
from tests.engagements import scene
from tests.kernel.test_words_and_clock import Welsh
from tests.support.client import Client, htmx, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World
from tests.web.conftest import ERRORS, answering, handed_back, rung


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


@pytest.mark.parametrize("kind", ERRORS)
def test_each_error_is_a_page_with_its_status_its_words_and_a_way_on(site: Client, kind: str) -> None:
    for answer in (site.get(f"/try/fail/{kind}"), site.post(f"/try/fail/{kind}")):
        assert answer.status_code == int(kind)
        said = words(answer)
        assert f"Error {kind}" in said
        assert ERRORS[kind].reason in said
        assert failures.titles(int(kind)) in said
        assert "Go to the first page" in said
        assert answer.headers["x-request-id"] in said


@pytest.mark.parametrize("kind", [*ERRORS, "crash"])
def test_htmx_gets_the_same_words_as_a_fragment(site: Client, kind: str) -> None:
    answer = site.get("/try/crash" if kind == "crash" else f"/try/fail/{kind}", headers=htmx("list"))
    assert answer.status_code == (500 if kind == "crash" else int(kind))
    assert answer.text.startswith('<div class="errors" role="alert"')
    assert "<html" not in answer.text
    assert answer.headers["x-request-id"] in words(answer)


@pytest.mark.parametrize("kind", ["403", "404", "409", "422", "429", "503"])
def test_what_was_written_is_handed_back_field_by_field(site: Client, kind: str) -> None:
    wrote = {
        "note": "I counted <b>every</b> sack twice.",
        "title": "Flour",
        "password": "a secret of four words",
        "choice": "yes",
    }
    page = site.post(f"/try/fail/{kind}", wrote)
    assert page.status_code == int(kind)
    assert "What you wrote is not lost" in words(page)
    assert "I counted &lt;b&gt;every&lt;/b&gt; sack twice." in page.text
    assert "secret" not in page.text
    assert "What you wrote" not in words(site.post(f"/try/fail/{kind}", {"choice": "yes"}))


def test_every_field_is_handed_back_by_its_name_but_what_the_form_carries(site: Client) -> None:
    wrote = {
        "submission_key": "k", "seen": "3", "rubric": "abcdefgh2jklmnop", "skill_id": "7", "save": "draft",
        "title": "Flour", "pay_minor": "16.50", "starts_on": "2026-12-01", "mode": "remote", "agrees": "on",
        "parts-0-accepted_when": "All\r\nare right.", "parts-1-title": "", "current": "my four word secret",
    }  # fmt: skip
    page = site.post("/try/fail/409", wrote)
    assert handed_back(page) == [
        ("Title", "Flour"),
        ("Pay", "16.50"),
        ("Starts on", "2026-12-01"),
        ("Mode", "remote"),
        ("Agrees", "yes"),
        ("Parts 1: accepted when", "All\nare right."),
    ]
    assert "What you wrote" not in words(site.post("/try/fail/409", {"see": "public", "agrees": "on"}))


@pytest.mark.parametrize(
    ("referer", "led"),
    [
        ("http://testserver/openings/abc?tab=2", "/openings/abc?tab=2"),
        ("http://evil.example/openings/abc", ""),
        ("http://testserver//evil.example", ""),
        ("http://testserver/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
        ("nothing", ""),
    ],
)
def test_who_came_too_late_is_led_back_to_the_page_of_the_form(site: Client, referer: str, led: str) -> None:
    for kind, shown in (("409", True), ("403", True), ("422", True), ("404", False), ("503", False)):
        page = site.post(f"/try/fail/{kind}", headers={"referer": referer}).text
        assert (f'<a href="{led}">Open the page again' in page) is bool(shown and led)
        assert ("Open the page again and see" in page) is bool(shown and led)
    assert "Open the page again and see" not in site.get("/try/fail/409", headers={"referer": referer}).text


def test_every_password_and_everything_a_form_carries_is_known_as_such() -> None:
    passwords, hidden_ones = set(), set()
    for path in data_dir("templates").rglob("*.html"):
        text = path.read_text()
        passwords |= set(re.findall(r"form\.field\('(\w+)'(?:(?!form\.field).)*?'password'", text))
        for form in re.findall(r"(?:form\.start\(|method=\"post\").*?</form>", text, re.S):
            hidden_ones |= set(re.findall(r'type="hidden" name="(\w+)"', form))
    assert passwords == sent.SECRET
    chosen = {"language", "sheet"}  # of the person, though not on this form
    assert hidden_ones - chosen <= sent.CARRIED, "or it is shown as if they had written it"


def test_htmx_shows_a_refusal_above_the_form_and_leaves_the_form(site: Client) -> None:
    whole = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "form#posting_form"}
    for headers in (whole, htmx("posting_form")):
        sent_off = site.post("/try/fail/409", {"title": "Flour, rye"}, headers=headers)
        assert sent_off.text.startswith('<div class="errors" role="alert" tabindex="-1" id="refused">')
        assert (sent_off.headers["hx-reselect"], sent_off.headers["hx-reswap"]) == ("#refused", "afterbegin")
        asked = site.get("/try/fail/409", headers=headers)
        assert asked.headers["hx-reselect"] == "#refused"
        assert "hx-reswap" not in asked.headers
    assert site.get("/try/mine", headers=whole).headers["hx-redirect"] == "/sign-in"
    assert "hx-reselect" not in site.post("/try/fail/409").headers


@pytest.mark.parametrize(("kind", "again"), [("409", False), ("422", False), ("429", True), ("503", True)])
def test_what_may_be_taken_later_can_be_sent_again_as_it_is(site: Client, kind: str, again: bool) -> None:
    wrote = {"note": 'I counted "every" sack twice.', "title": "Flour", "submission_key": "k"}
    page = site.post(f"/try/fail/{kind}?tab=2", wrote)
    assert (hidden(page) == wrote) is again
    assert (f'action="/try/fail/{kind}?tab=2"' in page.text) is again
    secret = site.post(f"/try/fail/{kind}", {**wrote, "password": "x"})
    with_file = site.post(f"/try/fail/{kind}", wrote, files={"file": ("a.txt", b"a", "text/plain")})
    assert hidden(secret) == hidden(with_file) == {}


def hidden(page: Response) -> dict[str, str]:
    main = page.text.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', main)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_who_is_signed_out_while_writing_signs_in_and_sends_it_again(site: Client, make: World) -> None:
    work = scene.work(make, make.engagement()).public_id
    thread = f"/threads/engagement/{work}"
    refused = site.post(thread, {"say": "The oven is on from six on Monday."})
    assert refused.status_code == 401
    assert "You were signed out while you wrote." in words(refused)
    fragment = site.post(thread, {"say": "The oven is on from six on Monday."}, headers=htmx("messages"))
    assert "The oven is on from six on Monday." in fragment.text
    assert hidden(site.post(thread, {"say": "Yes."}))["say"] == "Yes."
    assert site.post(thread).headers["location"].startswith("/sign-in")  # nothing to lose
    amara = site.as_(make.amara)
    amara.follow(amara.post(thread, hidden(refused)))
    assert "The oven is on from six on Monday." in words(amara.get(thread))


def test_an_error_with_fields_says_them_too(site: Client) -> None:
    assert "Something is missing. Write a name." in words(site.get("/try/fail/422"))


def test_too_often_says_when_it_opens_again(site: Client) -> None:
    assert site.get("/try/fail/429").headers["retry-after"] == "7"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_crash_shows_a_reference_and_no_insides_and_keeps_nothing(
    site: Client, make: World, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = site.get("/try/crash") if method == "GET" else site.post("/try/crash")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in words(answer)
    assert "Nothing half done was kept" in words(answer)
    assert answer.headers["x-request-id"] in words(answer)
    for inside in ("secret insides", "RuntimeError", "Traceback", ".py"):
        assert inside not in answer.text
    assert rung(make) == 0
    (told,) = [r for r in caplog.records if r.name == "market.web.failures"]
    assert told.levelno == logging.ERROR
    assert "secret insides" in str(told.exc_info[1]) if told.exc_info else False


def test_what_is_foreign_and_what_is_missing_answer_the_same(site: Client, make: World) -> None:
    from tests.opportunities import postings

    draft = postings.draft(make)
    chidi = answering(site.as_(make.chidi))
    for pattern in ("/openings/{}", "/postings/{}", "/postings/{}/edit"):
        foreign, missing = chidi.get(pattern.format(draft)), chidi.get(pattern.format("a" * 16))
        assert foreign.status_code == missing.status_code, pattern
        assert _without_what_differs(foreign.text, draft) == _without_what_differs(missing.text, "a" * 16)


def _without_what_differs(text: str, public_id: str) -> str:
    import re

    return re.sub(r"[0-9a-f]{16}", "", text.replace(public_id, ""))


def test_an_address_that_leads_nowhere_keeps_a_persons_menus(site: Client, make: World) -> None:
    assert "Go to my next step" in words(answering(site.as_(make.amara)).get("/nowhere"))
    assert "Sign in" in words(site.get("/nowhere"))
    assert site.get("/nowhere", headers={"cookie": "session=forged"}).status_code == 404


def test_an_error_is_said_in_the_readers_language(
    site: Client, make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Errors(Welsh):
        def gettext(self, message: str) -> str:
            return {"Error %(status)s": "Gwall %(status)s"}.get(message, message)

    monkeypatch.setattr(language, "_catalogue", lambda tag: Errors() if tag == "cy" else Welsh())
    with make.write() as db:
        from market.accounts.models import Person

        db.get_one(Person, make.amara.id).language = "cy"
    amara = answering(site.as_(make.amara))
    for path in ("/try/fail/409", "/try/crash", "/nowhere"):
        assert "Gwall" in words(amara.get(path)), path
        assert "Gwall" not in words(site.get(path)), path


def test_when_even_the_page_fails_bare_words_are_said(
    site: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no template")

    monkeypatch.setattr(failures, "context_of", broken)
    answer = site.get("/try/fail/409")
    assert (answer.status_code, answer.text) == (409, "Someone moved first.")
    assert "error page failed" in caplog.messages


def test_a_disk_that_is_full_is_said_and_the_site_goes_on(
    site: Client, make: World, caplog: pytest.LogCaptureFixture
) -> None:
    with make.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    from sqlalchemy import event

    def small(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    event.listen(make.engine, "connect", small)
    make.engine.dispose()
    told = set()
    for n in range(400):
        answer = site.post("/try/ring", {"words": "x", "submission_key": f"{n:060}"})
        told.add(answer.status_code)
        if answer.status_code == 507:
            break
    assert told == {303, 507}
    assert "There is no room left" in words(answer)
    assert "no room left" in caplog.messages
    kept = rung(make)
    assert site.get("/").status_code == 200
    event.remove(make.engine, "connect", small)
    make.engine.dispose()
    assert site.post("/try/ring", {"words": "x"}).status_code == 303, "recovers without a restart"
    assert rung(make) == kept + 1
