"""Pages of issuing, as members of the bakery and holders see them: define, issue, accept, refuse, take back."""

import html
import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from market import clock
from market.credentials import issuing
from market.credentials.models import Achievement, Issued
from market.credentials.proofs import baked
from market.credentials.rules import Status
from tests.credentials import issued_scene as scene
from tests.support.client import Client, words
from tests.support.world import World


def one(make: World) -> Issued:
    with make.read() as db:
        return db.exec(select(Issued)).one()


def none_issued(make: World) -> bool:
    with make.read() as db:
        return scene.all_issued(db) == []


# -- what can be earned


def test_an_achievement_is_named_written_read_through_and_published(client: Client, make: World) -> None:
    scene.skill(make)
    bruno = client.as_(make.bruno)
    begun = bruno.post("/achievements/new", {"name": scene.NAME, "kind": "MicroCredential"})
    edit = begun.headers["location"]
    assert "What does it take?" in words(bruno.follow(begun))
    written = {
        "name": scene.NAME, "kind": "MicroCredential", "description": "One night of bread.",
        "criteria": "Bake forty loaves.", "skills-0-skill": "Spreadsheets", "skills-0-level": "3", "valid_months": "24",
    }  # fmt: skip
    saved = bruno.post(edit, written)
    page = words(bruno.follow(saved))
    assert "Nobody else sees this yet" in page
    assert "Bake forty loaves." in page
    assert "Spreadsheets" in page
    assert client.get(saved.headers["location"]).status_code == 404, "a draft is nobody else's"
    shown = bruno.follow(bruno.post(f"{saved.headers['location']}/publish"))
    assert "It is published." in words(shown)
    public = words(client.get(saved.headers["location"]))
    assert "What it takes Bake forty loaves." in public
    assert "2 years" in public
    assert scene.NAME in words(client.get(f"/organisations/{make.bakery.public_id}/achievements"))


def test_what_is_missing_is_said_before_it_is_published(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    edit = bruno.post("/achievements/new", {"name": "Bread", "kind": "Badge"}).headers["location"]
    refused = bruno.post(edit, {"name": "Bread", "kind": "Badge"})
    assert refused.status_code == 422
    assert "Say what a person has to do to earn it." in words(refused)
    straight = bruno.post(edit.replace("/edit", "/publish"))
    assert straight.status_code == 422
    assert "2 things are missing before this can be published" in words(straight)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "x" * 121}, "This is 121 characters long."),
        ({"criteria": "x" * 5001}, "This is 5001 characters long."),
        ({"kind": "Crown"}, "Choose one of the kinds in the list."),
        ({"valid_months": "0"}, "Take 1 or more."),
        ({"valid_months": "forever"}, "Write a whole number."),
        ({"rubric": "nosuchrubric"}, "Choose one of your own rubrics."),
        ({"skills-0-skill": "Zzyzx", "skills-0-level": "3"}, "We know no skill called “Zzyzx”."),
        ({"skills-0-skill": "Spreadsheets", "skills-0-level": "9"}, "Take 5 or less."),
        ({"skills-0-skill": "Spreadsheets"}, "Fill this in."),
        (
            {"skills-0-skill": "Spreadsheets", "skills-0-level": "3", "skills-1-skill": "Spreadsheets", "skills-1-level": "2"},
            "This skill stands here twice.",
        ),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_comes_back_with_what_to_mend(
    client: Client, make: World, sent: dict[str, str], said: str
) -> None:
    draft = scene.achievement(make, published=False)
    good = {"name": "Bread", "kind": "Badge", "description": "Words.", "criteria": "Bake.", "save": "draft"}
    answer = client.as_(make.bruno).post(f"/achievements/{draft.public_id}/edit", {**good, **sent})
    assert answer.status_code == 422
    assert said in words(answer)
    with make.read() as db:
        assert db.get_one(Achievement, draft.id).name == scene.NAME


def test_a_draft_that_someone_else_saved_is_not_overwritten_unseen(client: Client, make: World) -> None:
    draft = scene.achievement(make, published=False)
    bruno, path = client.as_(make.bruno), f"/achievements/{draft.public_id}/edit"
    seen = re.findall(r'name="seen" value="(\w+)"', bruno.get(path).text)[0]
    first = {"name": "Bread one", "kind": "Badge", "seen": seen, "save": "draft"}
    assert bruno.post(path, first).status_code == 303
    stale = bruno.post(path, {**first, "name": "Bread two"})
    assert stale.status_code == 409
    assert "Someone else saved this draft" in words(stale)
    assert "Bread two" in stale.text, "their words are kept"


def test_a_draft_is_thrown_away_unless_something_rests_on_it(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    at = bruno.post("/achievements/new", {"name": "Bread", "kind": "Badge"}).headers["location"]
    page = at.removesuffix("/edit")
    assert "Throw the draft away" in words(bruno.get(page))
    gone = bruno.post(f"{page}/discard")
    assert "The draft is gone." in words(bruno.follow(gone))
    assert bruno.get(page).status_code == 404
    assert bruno.post(f"{page}/discard").status_code == 404
    published = scene.achievement(make)
    kept = bruno.post(f"/achievements/{published.public_id}/discard")
    assert kept.status_code == 403
    assert "stays as it is" in words(kept)


def test_rows_for_skills_are_added_and_taken_out_without_a_script(client: Client, make: World) -> None:
    draft = scene.achievement(make, published=False)
    bruno, path = client.as_(make.bruno), f"/achievements/{draft.public_id}/edit"
    kept = {"name": "Bread", "kind": "Badge", "skills-0-skill": "Spreadsheets", "skills-0-level": "3"}
    more = bruno.follow(bruno.post(path, {**kept, "add": "skill"}))
    assert 'name="skills-1-skill"' in more.text
    fewer = bruno.follow(bruno.post(path, {**kept, "remove": "0"}))
    assert "Spreadsheets" not in fewer.text


def test_a_published_one_stays_as_it_is_and_a_new_version_takes_its_place(
    client: Client, make: World
) -> None:
    made = scene.achievement(make)
    bruno, path = client.as_(make.bruno), f"/achievements/{made.public_id}"
    assert bruno.get(f"{path}/edit").status_code == 403
    assert bruno.post(f"{path}/edit", {"name": "Other", "kind": "Badge"}).status_code == 403
    renewed = bruno.post(f"{path}/renew")
    assert "A draft of the next version." in words(bruno.follow(renewed))
    assert bruno.post(f"{path}/renew").status_code == 409
    newer = renewed.headers["location"].removesuffix("/edit")
    bruno.post(f"{newer}/publish")
    assert "Version 2 is issued in its place" in words(client.get(path))
    assert bruno.get(f"{path}/issue").status_code == 403


def test_the_pictures_of_a_published_one_are_for_everyone(client: Client, make: World) -> None:
    made, draft = scene.achievement(make), scene.achievement(make, published=False)
    svg = client.get(f"/achievements/{made.public_id}/badge.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert "Bread for a night" in svg.text
    assert client.get(f"/achievements/{made.public_id}/badge.png").content.startswith(baked.PNG)
    assert client.get(f"/achievements/{made.public_id}/badge.gif").status_code == 404
    assert client.get(f"/achievements/{draft.public_id}/badge.svg").status_code == 404


# -- issuing


def test_it_is_issued_by_address_signed_and_offered(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    sent = bruno.post(
        f"/achievements/{made.public_id}/issue",
        {"email": "AMARA@example.org", "narrative": "Forty-two loaves on 3 November."},
    )
    assert "It is being signed" in words(bruno.follow(sent))
    make.drain()
    assert one(make).status is Status.OFFERED
    page = words(bruno.follow(sent))
    assert "Forty-two loaves on 3 November." in page
    assert "Amara Okafor" in page
    assert client.follow(sent).status_code == 404, "nobody else sees what was not accepted"
    news = words(client.as_(make.amara).get("/news"))
    assert scene.NAME in news


def test_results_are_asked_for_by_the_rubric_and_have_to_pass(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make, rubric_id=scene.rubric(make)), client.as_(make.bruno)
    path = f"/achievements/{made.public_id}/issue"
    missing = bruno.post(path, {"email": "amara@example.org", "step-0": "3"})
    assert missing.status_code == 422
    assert "Choose the step that was reached." in words(missing)
    low = bruno.post(path, {"email": "amara@example.org", "step-0": "3", "step-1": "2"})
    assert "Step 3 is needed to pass" in words(low)
    assert none_issued(make)
    good = bruno.post(path, {"email": "amara@example.org", "step-0": "3", "step-1": "4"})
    make.drain()
    page = words(bruno.follow(good))
    assert "Crust" in page
    assert "4. Beyond." in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"email": ""}, "Fill this in."),
        ({"email": "nobody@example.org"}, "Nobody here has confirmed this address."),
        ({"email": "bruno@example.org"}, "You cannot issue a credential to yourself."),
        ({"narrative": "x" * 1201}, "This is 1201 characters long."),
        ({"valid_until": "2020-01-01"}, "Choose a day that is still to come."),
        ({"valid_until": "soon"}, "Write a date"),
        ({"evidence-0-name": "Photo", "evidence-0-url": "http://x.example/a"}, "https://"),
        ({"evidence-0-name": "Photo", "evidence-0-url": "https://x.example/a"}, "Ask first."),
    ],
)
def test_an_issue_that_makes_no_sense_comes_back(
    client: Client, make: World, sent: dict[str, str], said: str
) -> None:
    made = scene.achievement(make)
    answer = client.as_(make.bruno).post(
        f"/achievements/{made.public_id}/issue", {"email": "amara@example.org", **sent}
    )
    assert answer.status_code == 422
    assert said in words(answer)
    assert none_issued(make)


def test_evidence_stands_in_the_credential_when_the_person_agrees(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    sent = {"email": "amara@example.org", "evidence-0-name": "Photo", "evidence-0-url": "https://x.example/a"}
    more = bruno.post(f"/achievements/{made.public_id}/issue", {**sent, "add": "evidence"})
    assert (more.status_code, none_issued(make)) == (200, True)
    assert 'name="evidence-1-name"' in more.text
    bruno.post(f"/achievements/{made.public_id}/issue", {**sent, "agreed": "on"})
    make.drain()
    issued = one(make)
    assert issued.facts["evidence"][0]["url"] == "https://x.example/a"


def test_someone_who_blocked_the_bakery_is_not_found_by_their_address(client: Client, make: World) -> None:
    made = scene.achievement(make)
    make.block(make.amara, organisation=make.bakery)
    answer = client.as_(make.bruno).post(
        f"/achievements/{made.public_id}/issue", {"email": "amara@example.org"}
    )
    assert "Nobody here has confirmed this address." in words(answer)
    named = client.as_(make.bruno).get(f"/achievements/{made.public_id}/issue?person={make.amara.public_id}")
    assert named.status_code == 404


def test_nobody_gets_the_same_twice_but_it_can_be_issued_anew_in_its_place(
    client: Client, make: World
) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    old = scene.accepted(make, made)
    path = f"/achievements/{made.public_id}/issue"
    again = bruno.post(path, {"email": "amara@example.org"})
    assert again.status_code == 422
    assert "Amara Okafor has this already." in words(again)
    assert "It takes the place of the credential" in words(bruno.get(f"{path}?replaces={old.public_id}"))
    sent = bruno.post(path, {"replaces": old.public_id, "narrative": "Better."})
    assert sent.status_code == 303
    make.drain()
    assert scene.fresh(make, old).status is Status.SUPERSEDED
    with make.read() as db:
        newer = db.exec(select(Issued).where(Issued.id != old.id)).one()
        assert newer.status is Status.ACCEPTED, "what was accepted stays so"
    assert "has issued a newer credential in its place" in words(client.get(f"/credentials/{old.public_id}"))


# -- many at once

SHEET = "email;reason\r\namara@example.org;Baked.\r\nnobody@example.org;\r\n\r\nnot an address;\r\nchidi@example.org;\r\namara@example.org;\r\n"


def test_a_list_shows_line_by_line_what_will_happen_and_then_does_it_once(
    client: Client, make: World
) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    path = f"/achievements/{made.public_id}/many"
    planned = bruno.post(path, files={"file": ("people.csv", SHEET.encode("utf-8"), "text/csv")})
    page = words(planned)
    assert (planned.status_code, none_issued(make)) == (200, True)
    assert "Will be issued 2 Have it already 0 Need mending 3" in page
    assert "“not an address” is not an e-mail address." in page
    assert "This person stands in line 2 already." in page
    assert "Nobody here has confirmed this address." in page
    done = bruno.post(path, {"sheet": SHEET, "ready": "2", "issue": "1"})
    assert "2 credentials are being signed." in words(bruno.follow(done))
    make.drain()
    with make.read() as db:
        assert {i.person_id for i in scene.all_issued(db)} == {make.amara.id, make.chidi.id}
    again = words(bruno.post(path, {"sheet": SHEET}))
    assert "Will be issued 0 Have it already 2" in again
    assert "Nothing would be issued from this list." in again


def test_a_list_that_changed_under_ones_hands_is_shown_again(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    path = f"/achievements/{made.public_id}/many"
    scene.given(make, made)
    answer = bruno.post(path, {"sheet": SHEET, "ready": "2", "issue": "1"})
    assert answer.status_code == 409
    assert "Something has changed since you looked" in words(answer)
    with make.read() as db:
        assert len(scene.all_issued(db)) == 1


def test_a_list_may_be_addresses_alone_and_carry_steps_of_a_rubric(client: Client, make: World) -> None:
    plain, judged = scene.achievement(make), scene.achievement(make, rubric_id=scene.rubric(make))
    bruno = client.as_(make.bruno)
    page = words(
        bruno.post(f"/achievements/{plain.public_id}/many", {"sheet": "amara@example.org\nchidi@example.org"})
    )
    assert "Will be issued 2" in page
    sheet = "email,crumb,CRUST,Mood\namara@example.org,3,4,fine\nchidi@example.org,3,,\nmira@example.org,1,9,"
    page = words(bruno.post(f"/achievements/{judged.public_id}/many", {"sheet": sheet}))
    assert "Will be issued 1" in page
    assert "One column is left out, since nobody here knows it: Mood." in page
    assert "Each criterion needs the step that was reached" in page
    assert "A step is a number from 0 to 4, not “9”." in page
    example = bruno.get(f"/achievements/{judged.public_id}/many/people.csv")
    assert "email,reason,valid_until,evidence,link,Crumb,Crust" in example.content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This file is empty."),
        (b"PK\x03\x04rest", "Save it as CSV and send that."),
        (b"\x89PNG\r\n\x1a\nrest", "This is no list of people."),
        (b"name,age\nAmara,30\n", "The first line has to name the columns"),
        (b"email\n", "Only the names of columns are in this list"),
        (b"email\n" + b"a@b.example\n" * 501, "These are 501 lines."),
        (b"<html><body>Sign in</body></html>", "The first line has to name the columns"),
        (b"a@b.example,\x00\xff\xfe\n", "Nobody here has confirmed this address."),
    ],
)
def test_what_is_no_list_is_told_what_it_is(client: Client, make: World, content: bytes, said: str) -> None:
    made = scene.achievement(make)
    answer = client.as_(make.bruno).post(
        f"/achievements/{made.public_id}/many", files={"file": ("<b>.csv", content, "image/png")}
    )
    assert answer.status_code in (200, 422)
    assert said in words(answer)
    assert none_issued(make)


# -- the holder


def test_the_holder_reads_it_and_accepts_it_for_everyone(client: Client, make: World) -> None:
    issued, amara = scene.given(make), client.as_(make.amara)
    path = f"/credentials/{issued.public_id}"
    assert "Waiting for your answer" in words(amara.get("/credentials"))
    assert "Do you want it?" in words(amara.get(path))
    unsure = amara.post(f"{path}/accept", {})
    assert unsure.status_code == 422
    done = amara.follow(amara.post(f"{path}/accept", {"see": "public"}))
    assert "It is yours" in words(done)
    page = client.get(path)
    assert "Yes, issued here" in words(page)
    assert "linkedin.com" not in page.text, "that link is its holder's"
    assert "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME" in html.unescape(
        amara.get(path).text
    )


def test_a_private_one_is_seen_by_its_two_sides_only(client: Client, make: World) -> None:
    issued = scene.accepted(make, public=False)
    path = f"/credentials/{issued.public_id}"
    for reader, status in ((make.amara, 200), (make.bruno, 200), (make.chidi, 404), (make.mira, 404)):
        assert client.as_(reader).get(path).status_code == status, reader.name
    assert client.get(path).status_code == 404
    amara = client.as_(make.amara)
    assert "Everyone can see it now." in words(amara.follow(amara.post(f"{path}/see", {"see": "public"})))
    assert client.get(path).status_code == 200
    assert client.as_(make.bruno).post(f"{path}/see", {"see": "private"}).status_code == 403


def test_refusing_tells_the_issuer_in_the_holders_words(client: Client, make: World) -> None:
    issued, amara = scene.given(make), client.as_(make.amara)
    path = f"/credentials/{issued.public_id}"
    assert amara.post(f"{path}/refuse", {"words": "x" * 501}).status_code == 422
    amara.post(f"{path}/refuse", {"words": "It was Chidi who baked that night."})
    make.drain()
    assert "It was Chidi who baked that night." in words(client.as_(make.bruno).get(path))
    assert client.get(path).status_code == 404
    assert amara.post(f"{path}/accept", {"see": "public"}).status_code == 409


def test_one_address_gives_the_page_the_document_and_the_picture(client: Client, make: World) -> None:
    issued = scene.accepted(make)
    path = f"/credentials/{issued.public_id}"
    document = client.get(path, headers={"Accept": "application/vc"})
    said = json.loads(document.text)
    assert said["id"].endswith(path)
    image = said["credentialSubject"]["achievement"]["image"]["id"].removeprefix("http://testserver")
    assert client.get(image).content.startswith(baked.PNG)
    achievement = said["credentialSubject"]["achievement"]["id"].removeprefix("http://testserver")
    as_document = client.get(achievement, headers={"Accept": "application/ld+json"})
    assert json.loads(as_document.text)["name"] == scene.NAME
    assert document.headers["access-control-allow-origin"] == "*"
    png = client.get(f"{path}.png")
    assert baked.extract(png.content) == ("png", document.text)
    assert baked.extract(client.get(f"{path}.svg").content) == ("svg", document.text)
    assert client.get(f"{path}.json").text == document.text
    assert client.get(f"{path}.exe").status_code == 404
    browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,image/png,*/*;q=0.8"
    assert client.get(path, headers={"Accept": browsers}).text.startswith("<!DOCTYPE")


def test_everything_can_be_taken_along_at_once(client: Client, make: World) -> None:
    issued = scene.accepted(make, public=False)
    got = client.as_(make.amara).get("/credentials/mine/all.zip")
    with zipfile.ZipFile(io.BytesIO(got.content)) as packed:
        listed: list[dict[str, Any]] = json.loads(packed.read("list.json"))
        assert [one["id"] for one in listed] == [issued.public_id]
        for name in listed[0]["files"]:
            assert packed.read(name)
        assert baked.extract(packed.read(f"{issued.public_id}.png"))[0] == "png"


# -- taking it back


def test_a_revocation_needs_a_reason_and_everyone_reads_it(client: Client, make: World) -> None:
    issued, bruno = scene.accepted(make), client.as_(make.bruno)
    path = f"/credentials/{issued.public_id}"
    silent = bruno.post(f"{path}/revoke", {"reason": " "})
    assert silent.status_code == 422
    assert "Say why: its holder reads it." in words(silent)
    assert bruno.post(f"{path}/revoke", {"reason": "x" * 501}).status_code == 422
    assert client.as_(make.amara).post(f"{path}/revoke", {"reason": "Mine."}).status_code == 403
    bruno.post(f"{path}/revoke", {"reason": "The loaves were bought."})
    make.drain()
    page = words(client.get(path))
    assert "has revoked this credential" in page
    assert "The loaves were bought." in page
    assert bruno.post(f"{path}/revoke", {"reason": "Again."}).status_code == 409


def test_a_suspension_ends_when_it_is_reinstated(client: Client, make: World) -> None:
    issued, bruno = scene.accepted(make), client.as_(make.bruno)
    path = f"/credentials/{issued.public_id}"
    bruno.post(f"{path}/suspend", {"reason": "We look into it."})
    assert "It does not count for now." in words(client.get(path))
    bruno.post(f"{path}/reinstate")
    assert "Yes, issued here" in words(client.get(path))


def test_an_expired_one_says_so_plainly(client: Client, make: World) -> None:
    issued = scene.accepted(make)
    clock.move(timedelta(days=800))
    make.sweep()
    assert scene.fresh(make, issued).status is Status.EXPIRED
    assert "This credential ran out on 16 Nov 2028." in words(client.get(f"/credentials/{issued.public_id}"))


def test_the_list_of_what_was_issued_is_sorted_by_state(client: Client, make: World) -> None:
    made = scene.achievement(make)
    scene.accepted(make, made)
    gone = scene.accepted(make, made, make.chidi)
    scene.step(make, make.bruno, gone, issuing.revoke, "No.")
    bruno = client.as_(make.bruno)
    everything = words(bruno.get(f"/issuing/credentials?achievement={made.public_id}"))
    assert "Amara Okafor" in everything
    assert "Chidi Eze" in everything
    over = words(bruno.get("/issuing/credentials?show=over"))
    assert "Chidi Eze" in over
    assert "Amara Okafor" not in over
    assert client.as_(make.chidi).get("/issuing/credentials").status_code == 403
    strange = bruno.get("/issuing/credentials?show=none&after=nonsense&achievement=%00")
    assert strange.status_code in (200, 404)


# -- around the edges


def test_what_is_still_being_signed_says_so_to_both_sides(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    sent = bruno.post(f"/achievements/{made.public_id}/issue", {"email": "amara@example.org"})
    path = sent.headers["location"]
    assert "Not signed yet" in words(bruno.get(path))
    assert bruno.get(f"{path}.json").status_code == 404
    assert bruno.post(f"{path}/check").status_code == 404
    assert client.as_(make.amara).get(path).status_code == 404, "its holder hears of it when it is ready"
    listed = bruno.get("/issuing/credentials")
    assert "One credential is being signed." in words(listed)
    assert listed.text.index('<div id="listed">') < listed.text.index("hx-trigger"), (
        "what asks again goes as well"
    )
    make.drain()
    assert bruno.get(f"{path}.jwt").status_code == 404, "no token without a key that the holder proved"
    assert "being signed" not in words(bruno.get("/issuing/credentials"))


def test_only_ones_own_credentials_are_replaced(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    garage = make.organisation("Hollow Lane Garage", owner=make.chidi)
    theirs = scene.accepted(make, scene.achievement(make, org=garage.id, by=make.chidi), by=make.chidi)
    path = f"/achievements/{made.public_id}/issue"
    assert bruno.get(f"{path}?replaces={theirs.public_id}").status_code == 404
    assert bruno.get(f"{path}?replaces=nosuchcredential").status_code == 404
    assert bruno.get(f"{path}?person=nosuchperson1234").status_code == 404


def test_an_achievement_is_retired_and_cannot_be_issued_any_more(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    held = scene.accepted(make, made)
    path = f"/achievements/{made.public_id}"
    assert "It is retired." in words(bruno.follow(bruno.post(f"{path}/retire")))
    assert bruno.post(f"{path}/issue", {"email": "chidi@example.org"}).status_code == 403
    assert bruno.post(f"{path}/renew").status_code == 303
    assert "This is no longer issued." in words(client.get(path))
    assert "Yes, issued here" in words(client.get(f"/credentials/{held.public_id}"))
    assert bruno.get("/issuing?show=over").status_code == 200


def test_someone_who_issues_for_two_organisations_says_for_which(client: Client, make: World) -> None:
    garage, bruno = make.organisation("Hollow Lane Garage", owner=make.bruno), client.as_(make.bruno)
    sent = {"name": "Brakes", "kind": "Badge"}
    unclear = bruno.post("/achievements/new", sent)
    assert unclear.status_code == 422
    assert "Choose the organisation that issues it." in words(unclear)
    assert bruno.post("/achievements/new", {**sent, "org": garage.public_id}).status_code == 303
    nameless = bruno.post("/achievements/new", {"name": " ", "kind": "Badge", "org": garage.public_id})
    assert nameless.status_code == 422


def test_a_form_sent_twice_issues_once(client: Client, make: World) -> None:
    made, bruno = scene.achievement(make), client.as_(make.bruno)
    path = f"/achievements/{made.public_id}/issue"
    key = re.findall(r'name="submission_key" value="([^"]+)"', bruno.get(path).text)[0]
    sent = {"email": "amara@example.org", "submission_key": key}
    first, second = bruno.post(path, sent), bruno.post(path, sent)
    assert first.headers["location"] == second.headers["location"]
    assert one(make).person_id == make.amara.id
