"""The wallet in the browser: what people send, right or wrong, and what they read about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from market import clock
from market.credentials.child import Verifier
from market.credentials.proofs.sources import Unavailable
from market.evidence.posterior import DOORSTEP, OWN_WORD
from market.evidence.queries import stored_levels
from market.evidence.service import refresh
from market.profiles import queries as profiles
from market.profiles.rules import Visibility as ProfileVisibility
from market.skills.models import Skill
from market.trust import service as trust
from market.trust.models import Registry, RegistryEntry, RegistryKind
from market.wallet.models import Held
from tests.credentials import maker
from tests.credentials.checking_scene import Web
from tests.support.client import Client, words
from tests.support.world import Standing, World
from tests.wallet import scene
from tests.wallet.scene import LIST


@pytest.fixture(scope="module")
def child() -> Iterator[Verifier]:
    with Verifier() as verifier:
        yield verifier


LOGIN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Password</form></body></html>"
PHOTO = b"\xff\xd8\xff\xe0" + b"\x10" * 4000
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
ELSEWHERE = "https://badges.example/a/41"

SENT: dict[str, tuple[dict[str, object], str]] = {
    "a photograph": ({"file": ("IMG_1.jpg", PHOTO, "image/jpeg")}, "download the badge file itself"),
    "a PDF": ({"file": ("certificate.pdf", PDF, "application/pdf")}, "ask for the badge as JSON, PNG or SVG"),
    "a page that asks to sign in": (
        {"file": ("badge.html", LOGIN, "text/html")},
        "Use the badge's own download",
    ),
    "a page behind an address": ({"link": "https://login.example/"}, "Use the badge's own download"),
    "a dead address": ({"link": ELSEWHERE}, "no site of this name was found"),
    "ten thousand braces": (
        {"file": ("x.json", b"{" * 10_000, "application/json")},
        "Copy or download it again",
    ),
    "some text": ({"text": "I finished the course in May."}, "This is not a credential in any form we know"),
    "somebody else's badge": (
        {"file": ("b.json", b"THEIRS", "")},
        "awarded to an e-mail address that is not one of yours",
    ),
    "a badge of a refused issuer": (
        {"file": ("b.json", b"REFUSED", "")},
        "does not accept credentials from this issuer",
    ),
    "a badge that was changed": ({"file": ("b.json", b"CHANGED", "")}, "It was changed after signing"),
    "a withdrawn badge": ({"file": ("b.json", b"WITHDRAWN", "")}, "Its issuer has withdrawn it"),
}


def content(name: bytes) -> bytes:
    made = json.loads(scene.badge("amara@example.org"))
    if name == b"THEIRS":
        return scene.badge("bruno@example.org")
    if name == b"REFUSED":
        return scene.badge(signer=maker.OTHER)
    if name == b"WITHDRAWN":
        return scene.badge(status=maker.entry(LIST))
    made["credentialSubject"]["achievement"]["name"] = "Brain surgery"
    return json.dumps(made).encode()


def send(browser: Client, given: dict[str, object]) -> httpx.Response:
    data, files = {"see": "private"}, None
    for name, value in given.items():
        if name == "file":
            file, raw, kind = value  # type: ignore[misc]
            real = content(raw) if raw in (b"THEIRS", b"REFUSED", b"CHANGED", b"WITHDRAWN") else raw
            files = {"file": (file, real, kind or "application/json")}
        else:
            data[name] = str(value)
    return browser.post("/wallet/add", data, files=files)


@pytest.mark.parametrize("case", SENT)
def test_whatever_is_sent_is_answered_with_what_it_is_and_what_to_do(
    make: World, client: Client, child: Verifier, case: str
) -> None:
    given, says = SENT[case]
    scene.know(make)
    scene.refuse(make, maker.OTHER.did)
    web = Web({"https://login.example/": LOGIN, LIST: maker.status_list(LIST, (5,))})
    amara = client.as_(make.amara)
    answer = send(amara, given)
    waiting = amara.follow(answer)
    assert "being checked" in words(waiting)
    scene.worker(child, web).run(make.engine)
    page = amara.get(answer.headers["location"])
    assert page.status_code == 200
    assert says in words(page), words(page)
    assert ">Verified<" not in page.text
    assert "Verified, with" not in page.text
    assert scene.ledger(make) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Choose a file"),
        ({"file": ("empty.json", b"", "application/json")}, "nothing in it"),
        ({"file": ("braces.json", b"{" * 10_000_000, "application/json")}, "No credential is larger"),
        ({"file": ("huge.json", b"{" * 11_000_000, "application/json")}, "has more than 10 MB"),
        ({"link": "badges.example/a/41"}, "Write the whole address"),
        ({"link": ELSEWHERE, "text": "{}"}, "Give one of the three"),
    ],
    ids=[
        "nothing",
        "an empty file",
        "10 MB of braces",
        "more than any upload",
        "half an address",
        "two at once",
    ],
)
def test_what_cannot_be_a_credential_comes_back_with_the_form(
    make: World, client: Client, given: dict[str, object], says: str
) -> None:
    answer = send(client.as_(make.amara), given)
    too_large = "larger" in says or "more than" in says
    assert answer.status_code == (413 if too_large else 422)
    assert says in words(answer)


def test_the_progress_is_a_fragment_that_leads_to_the_report_when_it_is_done(
    make: World, client: Client, child: Verifier
) -> None:
    scene.know(make)
    amara = client.as_(make.amara)
    answer = send(amara, {"text": scene.badge().decode()})
    there = answer.headers["location"]
    part = amara.fragment(there, "progress")
    assert 'id="progress"' in part.text
    assert "<html" not in part.text
    assert "1 of 4 steps done" in words(part)
    scene.worker(child).run(make.engine)
    done = amara.fragment(there, "progress")
    assert done.headers["HX-Redirect"] == there
    page = words(amara.get(there))
    for said in (
        "Is it authentic? Yes",
        "Do we know the issuer? Yes",
        "Is it yours? Yes, by e-mail",
        "Harbour College",
    ):
        assert said in page


def test_skills_are_confirmed_on_the_report_and_stand_on_the_profile_with_their_issuer(
    make: World, client: Client, child: Verifier
) -> None:
    scene.know(make)
    skill = scene.skill(make)
    held = scene.checked(make, scene.worker(child), scene.badge(), public=True)
    with make.write() as db:
        profile = profiles.profile_of(db, make.amara.id)
        profile.visibility = ProfileVisibility.PUBLIC
        db.add(profile)
        public_id = db.get_one(Skill, skill).public_id
    amara = client.as_(make.amara)
    there = f"/wallet/{held.public_id}"
    assert "It is linked to this skill" in words(amara.get(there))
    refused = amara.post(f"{there}/skills", {})
    assert refused.status_code == 422
    assert "Tick at least one of the skills." in words(refused)
    kept = amara.follow(amara.post(f"{there}/skills", {"skill": public_id, f"level-{public_id}": "3"}))
    assert "It counts for one more skill now." in words(kept)
    level = words(client.get(f"/people/{make.amara.public_id}/skills/{public_id}"))
    assert "Seam sealing" in level
    assert "Harbour College" in level
    page = client.get(f"/people/{make.amara.public_id}")
    assert "T3 credentialed" in words(page)
    assert "Harbour College" in words(page)
    report = client.get(f"/people/{make.amara.public_id}/credentials/{held.public_id}")
    assert "Is it theirs? (Amara Okafor) Yes, by e-mail" in words(report)
    amara.post(f"{there}/skills/{public_id}/remove")
    assert scene.ledger(make) == []


def test_a_credential_of_an_issuer_on_trial_counts_as_ones_own_word_until_moderators_vouch_for_it(
    make: World, client: Client, child: Verifier
) -> None:
    skill = scene.skill(make)
    with make.write() as db:
        issuer = trust.meet(db, maker.ISSUER.did)
        colleges = Registry(kind=RegistryKind.DCC, name="Colleges", url="https://colleges.example/list")
        db.add(colleges)
        db.flush()
        db.add(RegistryEntry(registry_id=colleges.id, issuer_id=issuer.id, name="Harbour College"))
        number, named = db.get_one(Skill, skill).public_id, f"/issuers/{issuer.public_id}"
        profile = profiles.profile_of(db, make.amara.id)
        profile.visibility = ProfileVisibility.PUBLIC
        db.add(profile)
    held = scene.checked(make, scene.worker(child), scene.badge(), public=True)
    amara, there = client.as_(make.amara), f"/wallet/{held.public_id}"
    kept = amara.follow(amara.post(f"{there}/skills", {"skill": number, f"level-{number}": "3"}))
    on_trial = "Harbour College is on trial here, so for now its word counts as your own. What ends that"
    assert on_trial in words(kept)
    assert "when this site vouches for it" in words(client.get(named))
    report = f"/people/{make.amara.public_id}/credentials/{held.public_id}"
    assert "so for now its word counts as the holder’s own" in words(client.get(report))
    level = f"/people/{make.amara.public_id}/skills/{number}"
    assert "it says no more than its holder’s own word" in words(amara.get(level))
    with make.read() as db:
        assert stored_levels(db, make.amara.id) == {skill: OWN_WORD}
    scene.know(make)
    with make.write() as db:
        refresh(db, clock.now())
        assert stored_levels(db, make.amara.id)[skill] > DOORSTEP
    assert on_trial not in words(amara.get(there))
    assert "so its credentials count in full" in words(client.get(named))
    assert "own word" not in words(amara.get(level))


def test_a_name_that_no_register_knows_is_marked_as_its_own_word(
    make: World, client: Client, child: Verifier
) -> None:
    held = scene.checked(make, scene.worker(child), scene.badge())
    page = words(client.as_(make.amara).get(f"/wallet/{held.public_id}"))
    assert "Harbour Works (its own word; in no register we read)" in page
    assert "We do not know who issued it" in page


def test_members_that_nobody_signed_are_listed_and_never_shown_as_fact(
    make: World, client: Client, child: Verifier
) -> None:
    made = json.loads(scene.badge())
    made["credentialSubject"]["achievement"]["praise"] = "The best badge of all"
    held = scene.checked(make, scene.worker(child), json.dumps(made).encode())
    page = client.as_(make.amara).get(f"/wallet/{held.public_id}")
    assert "The best badge of all" not in page.text
    assert "praise" in page.text
    assert "does not cover" in words(page)


def test_what_is_private_is_seen_by_its_holder_alone(make: World, client: Client, child: Verifier) -> None:
    scene.know(make)
    held = scene.checked(make, scene.worker(child), scene.badge())
    for path in (f"/wallet/{held.public_id}", f"/wallet/{held.public_id}/document"):
        assert client.as_(make.chidi).get(path).status_code == 404
        assert client.get(path).status_code == 303
    public = f"/people/{make.amara.public_id}/credentials/{held.public_id}"
    assert client.as_(make.chidi).get(public).status_code == 404
    amara = client.as_(make.amara)
    amara.post(f"/wallet/{held.public_id}/see", {"see": "public"})
    assert client.as_(make.chidi).get(public).status_code == 404, "the profile itself is private still"
    raw = amara.get(f"/wallet/{held.public_id}/document")
    assert raw.headers["content-disposition"].startswith("attachment")
    assert json.loads(raw.content)["name"] == "Seam sealing"


def test_removing_leads_back_to_an_empty_list(make: World, client: Client, child: Verifier) -> None:
    held = scene.checked(make, scene.worker(child), scene.badge())
    amara = client.as_(make.amara)
    page = amara.follow(amara.post(f"/wallet/{held.public_id}/remove"))
    assert "No credentials yet" in words(page)
    assert amara.get(f"/wallet/{held.public_id}").status_code == 404


def test_asking_again_says_so_and_too_soon_is_a_sentence(
    make: World, client: Client, child: Verifier, standing_clock: Standing
) -> None:
    held = scene.checked(make, scene.worker(child), scene.badge())
    amara = client.as_(make.amara)
    assert amara.post(f"/wallet/{held.public_id}/check").status_code == 409
    standing_clock.move(minutes=3)
    page = amara.follow(amara.post(f"/wallet/{held.public_id}/check"))
    assert "It is being checked again." in words(page)
    scene.worker(child).run(make.engine)
    assert "Check again now" in words(amara.get(f"/wallet/{held.public_id}"))


def test_what_is_sent_twice_is_kept_once(make: World, client: Client) -> None:
    amara = client.as_(make.amara)
    first, second = (send(amara, {"text": "{}"}) for _turn in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert "You have added this one already." in words(amara.follow(second))


def test_asking_often_is_held_back(make: World, clients: Callable[..., Client]) -> None:
    amara = clients(limits=True).as_(make.amara)
    answers = [send(amara, {"text": f"{{{n}"}).status_code for n in range(61)]
    assert answers[-1] == 429


def test_a_record_of_several_credentials_reports_each(make: World, client: Client, child: Verifier) -> None:
    scene.know(make)
    inner = json.loads(scene.badge())
    clr = maker.badge()
    clr["@context"].append("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json")
    clr["type"] = ["VerifiableCredential", "ClrCredential"]
    clr["credentialSubject"] = {
        "type": ["ClrSubject"],
        "identifier": inner["credentialSubject"]["identifier"],
        "verifiableCredential": [inner],
    }
    held = scene.checked(make, scene.worker(child), json.dumps(maker.prove(clr)).encode())
    page = words(client.as_(make.amara).get(f"/wallet/{held.public_id}"))
    assert "Credentials inside it" in page
    assert "Seam sealing" in page


def test_a_site_that_is_slow_is_said_to_be_tried_again(make: World, client: Client, child: Verifier) -> None:
    web = Web({LIST: Unavailable("the site took too long to answer")})
    held = scene.checked(make, scene.worker(child, web), scene.badge(status=maker.entry(LIST)))
    page = words(client.as_(make.amara).get(f"/wallet/{held.public_id}"))
    assert "Not settled" in page
    assert "the site took too long to answer" in page
    with make.read() as db:
        assert db.get_one(Held, held.id).bound == "email"
