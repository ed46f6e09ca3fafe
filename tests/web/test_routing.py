"""One request is one transaction: what was answered was kept, and a form counts once."""

import asyncio
import dataclasses
import sqlite3
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from sqlalchemy import event, text
from sqlmodel import select

from market.access import VISITOR, Actor
from market.web.back import own_path
from market.web.kit import Kit
from market.web.submission import KEY_FIELD, Submission
from tests.support.client import Client, htmx, words
from tests.support.faults import failing_at
from tests.support.world import World
from tests.web.conftest import answering, rung


def send(client: Client, path: str = "/try/ring", key: str = "", **fields: str) -> httpx.Response:
    return client.post(path, {**({KEY_FIELD: key} if key else {}), "words": "main", **fields})


def test_a_get_changes_nothing_whatever_its_handler_does(site: Client, make: World) -> None:
    assert site.get("/try/show").status_code == 200
    assert rung(make) == 0


def test_an_action_is_kept_and_leads_on_with_a_sentence_said_once(site: Client, make: World) -> None:
    answer = send(site)
    assert (answer.status_code, answer.headers["location"]) == (303, "/#main")
    assert rung(make) == 1
    assert "It rang." in words(site.follow(answer))
    assert "It rang." not in words(site.get("/"))


def test_a_refused_form_leaves_nothing_behind_and_may_be_sent_again(site: Client, make: World) -> None:
    refused = send(site, key="k1", words="much too long")
    assert refused.status_code == 422
    assert rung(make) == 0
    assert send(site, key="k1").status_code == 303
    assert rung(make) == 1


def test_success_is_never_shown_before_the_commit(site: Client, make: World) -> None:
    with failing_at(make.engine, 0) as all_of_it:
        send(site)
    with failing_at(make.engine, all_of_it.seen) as struck:
        answer = send(site)
    assert struck.statement == "COMMIT"
    assert answer.status_code == 500
    assert "Nothing half done was kept" in words(answer)
    assert rung(make) == 1


def test_a_form_that_comes_twice_counts_once_and_leads_to_the_same_place(site: Client, make: World) -> None:
    first, second = send(site, key="k1"), send(site, key="k1")
    assert first.headers["location"] == second.headers["location"]
    assert (first.status_code, second.status_code, rung(make)) == (303, 303, 1)
    assert send(site, key="k2").status_code == 303
    assert rung(make) == 2


def test_a_form_that_comes_fifty_times_at_once_counts_once(site: Client, make: World) -> None:
    async def all_at_once() -> list[httpx.Response]:
        return await asyncio.gather(
            *(site._http.post("/try/ring", data={KEY_FIELD: "k1", "words": "main"}) for _ in range(50))
        )

    answers = site._runner.run(all_at_once())
    assert {(a.status_code, a.headers.get("location")) for a in answers} == {(303, "/#main")}
    assert rung(make) == 1


def test_the_key_of_someone_else_or_of_another_form_has_no_effect(site: Client, make: World) -> None:
    amara, chidi = answering(site.as_(make.amara)), answering(site.as_(make.chidi))
    assert send(amara, key="k1").status_code == 303
    for stranger, path in ((chidi, "/try/ring"), (site, "/try/ring"), (amara, "/try/ring-too")):
        answer = send(stranger, path, key="k1")
        assert answer.status_code == 409
        assert "sent before" in words(answer)
    assert rung(make) == 1


def test_a_form_without_a_place_to_lead_to_says_that_it_came_before(site: Client, make: World) -> None:
    assert send(site, "/try/quiet", key="k1").text == "done"
    assert send(site, "/try/quiet", key="k1").status_code == 409
    assert rung(make) == 1


@pytest.mark.parametrize("key", ["\x00", "k" * 5000, "'; DROP TABLE submission", "\u202e", "🙂" * 40])
def test_a_hostile_key_is_an_ordinary_one(site: Client, make: World, key: str) -> None:
    assert send(site, key=key).status_code == 303
    with make.read() as db:
        assert all(len(one.key) <= 64 for one in db.exec(select(Submission)))


@pytest.mark.parametrize("path", ["/try/show/a%00b", "/try/show?q=%00", "/openings?q=a%00b"])
def test_a_nul_in_an_address_finds_nothing(site: Client, path: str) -> None:
    assert site.get(path).status_code == 404


def test_a_nul_in_a_form_is_dropped(site: Client) -> None:
    assert send(site, words="ma\x00in").headers["location"] == "/#main"


def test_a_page_may_keep_a_log_of_its_own(site: Client, make: World) -> None:
    assert site.get("/try/logged").text == "shown"
    assert rung(make) == 2


def test_a_read_only_database_is_read_and_says_that_it_cannot_be_changed(
    site: Client, make: World, read_only: Callable[[], None]
) -> None:
    read_only()
    assert site.get("/").status_code == 200
    assert site.get("/healthz").status_code == 200
    assert site.get("/try/logged").text == "shown", "a log that cannot be written does not spoil the page"
    answer = send(site, key="k1")
    assert answer.status_code == 503
    assert "can be read but not changed" in words(answer)
    assert rung(make) == 0


def test_a_fault_of_ours_in_a_statement_is_not_dressed_up_as_a_busy_database(site: Client) -> None:
    assert site.get("/try/missing-table").status_code == 500


def test_who_does_the_same_a_moment_too_late_is_told_so(site: Client) -> None:
    answer = site.post("/try/twice")
    assert answer.status_code == 409
    assert "Someone did the same a moment before." in words(answer)


def test_another_breach_of_the_database_is_not_told_as_one_whatever_words_were_sent(site: Client) -> None:
    assert site.post("/try/without").status_code == 500


def test_a_visitor_is_led_to_signing_in_and_back(site: Client, make: World) -> None:
    answer = site.get("/try/mine?a=1&b=2")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=/try/mine%3Fa%3D1%26b%3D2",
    )
    answer = send(site, "/try/ring-mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert rung(make) == 0
    assert site.as_(make.amara).get("/try/mine").text == "Amara Okafor|"


def test_a_part_of_a_page_leads_the_whole_page_to_signing_in(site: Client) -> None:
    answer = site.get("/try/mine", headers=htmx("list"))
    assert (answer.status_code, answer.headers["hx-redirect"], answer.text) == (200, "/sign-in", "")


def test_the_wrong_method_and_an_unreadable_form_are_told_so(site: Client) -> None:
    assert site.get("/try/ring").status_code == 405
    assert site.post("/try/show").status_code == 405
    broken = site.post("/try/ring", headers={"content-type": "multipart/form-data; boundary=x"})
    assert broken.status_code in (400, 422)


@pytest.mark.parametrize(
    "codec", ["utf-7", "unicode_escape", "undefined", "idna", "punycode", "bogus", "rot13"]
)
@pytest.mark.parametrize("sent", [b"+2AA-", b"\\ud800", b"\xff\xfe", b"main"])
def test_a_form_in_whatever_codec_it_says_is_read_or_refused(site: Client, codec: str, sent: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'--B\r\nContent-Disposition: form-data; name="words"\r\n\r\n' + sent + b"\r\n--B--\r\n"

    kind = f"multipart/form-data; boundary=B; charset={codec}"
    assert site.send_body("/try/ring", body(), {"content-type": kind}).status_code in (303, 400, 422)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40])
def test_a_number_in_an_address_that_no_row_has_leads_nowhere(site: Client, make: World, number: int) -> None:
    assert site.as_(make.amara).post(f"/block/{number}/lift").status_code == 404


def test_a_field_or_a_form_past_all_measure_is_too_large(site: Client, make: World) -> None:
    for answer in (
        send(site, words="x" * 300_000),
        site.post("/try/ring", {f"f{n}": "x" for n in range(600)}),
        site.post("/try/ring", {"words": "x" * 300_000}, files={"f": ("a.txt", b"a", "text/plain")}),
    ):
        assert answer.status_code == 413
        assert "That is too large" in words(answer)
    assert rung(make) == 0


def test_a_role_that_ends_between_the_look_and_the_write_is_ended(site: Client, make: World) -> None:
    kit: Kit = site.app.state.kit
    looks: list[Actor] = [Actor(id=make.amara.id, name="Amara"), VISITOR]
    site.app.state.kit = dataclasses.replace(kit, load_actor=lambda db, token: looks.pop(0))
    answer = send(site, "/try/ring-mine", key="k1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert rung(make) == 0
    with make.read() as db:
        assert db.get(Submission, "k1") is None


def test_a_database_that_does_not_answer_is_said_and_used_again_when_it_does(
    site: Client, make: World
) -> None:
    assert send(site).status_code == 303
    if make.engine.dialect.name == "sqlite":
        event.listen(
            make.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20")
        )
        make.engine.dispose()
        other = sqlite3.connect(make.engine.url.database or "")
        other.execute("BEGIN IMMEDIATE")
        answer = send(site)
        assert site.get("/").status_code == 200, "reading goes on"
        other.close()
    else:
        answer = site.get("/try/cut")
        with make.engine.connect() as connection:  # and every connection that waits in the pool
            connection.execute(text(_CUT_OTHERS))
    assert answer.status_code == 503
    assert "does not answer at the moment" in words(answer)
    assert send(site).status_code == 303
    assert rung(make) == 2


_CUT_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/openings?q=a#b", True),
        ("/", True),
        ("", False),
        ("openings", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("/a\nSet-Cookie: x", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("/" + "a" * 500, False),
    ],
)
def test_a_way_back_leads_to_a_page_of_this_site_only(path: str, kept: bool) -> None:
    assert own_path(path, "/home") == (path if kept else "/home")
