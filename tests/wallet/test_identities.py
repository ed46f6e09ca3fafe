"""What is shown to be one's own: by a signed presentation over our challenge, or by a page that links back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from market import clock
from market.accounts import service as accounts
from market.accounts import sessions
from market.credentials.child import Verifier
from market.credentials.proofs import contexts
from market.credentials.proofs.sources import Unavailable
from market.errors import Conflict, Invalid, NotFound
from market.notifications.models import Notification
from market.outbox import Event
from market.wallet import identities, queries, rules
from market.wallet.models import HeldStatus, IdentityProof, ProofStatus
from tests.credentials import maker
from tests.credentials.checking_scene import Web
from tests.support.client import Client, words
from tests.support.world import Known, Standing, World
from tests.wallet import scene

HOLDER = maker.Signer(seed=21)
PAGE = "https://amara.example/me"


@pytest.fixture(scope="module")
def child() -> Iterator[Verifier]:
    with Verifier() as verifier:
        yield verifier


def asked(make: World, who: Known | None = None) -> IdentityProof:
    with make.write() as db:
        return identities.challenge(db, sessions.actor_for(db, (who or make.amara).id), "testserver")


def presentation(
    challenge: str,
    *,
    signer: maker.Signer = HOLDER,
    domain: str = "testserver",
    at: datetime | None = None,
    **more: Any,
) -> bytes:
    made = {"@context": [contexts.VC2], "type": ["VerifiablePresentation"], "holder": signer.did}
    created = (at or clock.now()).strftime("%Y-%m-%dT%H:%M:%SZ")
    given = {"proofPurpose": "authentication", "challenge": challenge, "domain": domain, "created": created}
    return json.dumps(maker.prove(made, signer, **(given | more))).encode()


def answer(make: World, proof: IdentityProof, raw: bytes, who: Known | None = None) -> None:
    with make.write() as db:
        actor = sessions.actor_for(db, (who or make.amara).id)
        identities.answer(db, actor, queries.get_proof(db, actor, proof.public_id), raw)


def found(make: World, proof: IdentityProof) -> IdentityProof:
    with make.read() as db:
        return db.get_one(IdentityProof, proof.id)


def test_a_signed_answer_proves_the_identifier_and_makes_its_badges_ones_own(
    make: World, child: Verifier
) -> None:
    scene.know(make)
    errand = scene.worker(child)
    subject = maker.badge()["credentialSubject"] | {"id": HOLDER.did}
    held = scene.checked(make, errand, scene.badge("", credentialSubject=subject))
    assert held.bound == ""
    proof = asked(make)
    answer(make, proof, presentation(proof.challenge))
    errand.run(make.engine)
    make.drain()
    assert (found(make, proof).status, found(make, proof).value) == (ProofStatus.HELD, HOLDER.did)
    assert found(make, proof).answer is None, "what was handed in is not kept"
    errand.run(make.engine)
    make.drain()
    assert scene.held(make, held.id).bound == "did"
    with make.write() as db:
        actor = sessions.actor_for(db, make.amara.id)
        identities.remove(db, actor, queries.get_proof(db, actor, proof.public_id))
    make.drain()
    errand.run(make.engine)
    assert scene.held(make, held.id).bound == ""
    assert scene.held(make, held.id).status is not HeldStatus.VERIFIED


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"challenge": "another"}, "another challenge or site"),
        ({"domain": "evil.example"}, "another challenge or site"),
        ({"proofPurpose": "assertionMethod"}, "another purpose"),
        ({"created": "2020-01-01T00:00:00Z"}, "another time"),
    ],
)
def test_an_answer_to_something_else_proves_nothing(
    make: World, child: Verifier, change: dict[str, str], says: str
) -> None:
    proof = asked(make)
    given = {"challenge": proof.challenge, **change}
    answer(
        make, proof, presentation(given.pop("challenge"), domain=given.pop("domain", "testserver"), **given)
    )
    scene.worker(child).run(make.engine)
    assert found(make, proof).status is ProofStatus.REFUSED
    assert says in found(make, proof).problem


@pytest.mark.parametrize("raw", [b"{}", b"<html>", b"{" * 200_000, b"eyJ.eyJ.x"])
def test_what_is_no_presentation_proves_nothing(make: World, child: Verifier, raw: bytes) -> None:
    proof = asked(make)
    answer(make, proof, raw)
    scene.worker(child).run(make.engine)
    assert found(make, proof).status is ProofStatus.REFUSED
    assert found(make, proof).problem


def test_a_challenge_takes_one_answer_within_five_minutes_from_its_own_person(
    make: World, standing_clock: Standing
) -> None:
    proof = asked(make)
    with make.read() as db, pytest.raises(NotFound):
        queries.get_proof(db, sessions.actor_for(db, make.chidi.id), proof.public_id)
    with pytest.raises(Invalid):
        answer(make, proof, b" ")
    answer(make, proof, presentation(proof.challenge))
    with pytest.raises(Conflict):
        answer(make, proof, presentation(proof.challenge))
    late = asked(make)
    standing_clock.move(minutes=5, seconds=1)
    with pytest.raises(Conflict):
        answer(make, late, presentation(late.challenge))


def test_a_new_challenge_ends_the_one_that_was_open(make: World) -> None:
    first = asked(make)
    asked(make)
    with pytest.raises(Conflict):
        answer(make, first, presentation(first.challenge))


def test_an_answer_is_judged_by_when_it_came_and_not_by_when_the_worker_looks(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    proof = asked(make)
    answer(make, proof, presentation(proof.challenge))
    standing_clock.move(hours=3)
    scene.worker(child).run(make.engine)
    assert found(make, proof).status is ProofStatus.HELD


def test_one_identifier_belongs_to_one_account(make: World, child: Verifier) -> None:
    errand = scene.worker(child)
    for who in (make.amara, make.chidi, make.amara):
        proof = asked(make, who)
        answer(make, proof, presentation(proof.challenge), who)
        errand.run(make.engine)
    with make.read() as db:
        theirs = [(one.status, one.problem) for one in queries.proofs_of(db, make.chidi.id)]
        mine = [(one.status, one.problem) for one in queries.proofs_of(db, make.amara.id)]
    assert theirs == [(ProofStatus.REFUSED, "it was proved for another account here")]
    assert mine == [(ProofStatus.REFUSED, "it is in your list already"), (ProofStatus.HELD, "")]


def test_a_holders_document_that_cannot_be_had_is_tried_again_and_then_refused(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    url = "https://holder.example/.well-known/did.json"
    did = maker.did_web(HOLDER, "did:web:holder.example")
    did |= {"authentication": did["assertionMethod"]}
    web = Web({url: Unavailable("the site took too long to answer")})
    errand = scene.worker(child, web)
    made = {
        "@context": [contexts.VC2],
        "type": ["VerifiablePresentation"],
        "holder": "did:web:holder.example",
    }

    def signed(proof: IdentityProof) -> bytes:
        given = {"proofPurpose": "authentication", "challenge": proof.challenge, "domain": "testserver"}
        created = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        method = "did:web:holder.example#key-1"
        return json.dumps(
            maker.prove(made, HOLDER, created=created, verificationMethod=method, **given)
        ).encode()

    proof = asked(make)
    answer(make, proof, signed(proof))
    errand.run(make.engine)
    assert found(make, proof).status is ProofStatus.WAITING
    web.pages[url] = did
    standing_clock.move(minutes=2)
    errand.run(make.engine)
    assert found(make, proof).value == "did:web:holder.example"


# -- pages that link back


def linked(make: World, url: str = PAGE) -> IdentityProof:
    with make.write() as db:
        return identities.link(db, sessions.actor_for(db, make.amara.id), url)


def back(make: World, rel: str = "me") -> str:
    return f'<p><a class="x" rel="{rel}" href="http://testserver/people/{make.amara.public_id}/">me</a>'


def test_a_page_that_links_back_is_ones_own(make: World, child: Verifier) -> None:
    proof = linked(make)
    scene.worker(child, Web({PAGE: back(make, "me nofollow")})).run(make.engine)
    assert (found(make, proof).status, found(make, proof).value) == (ProofStatus.HELD, PAGE)


@pytest.mark.parametrize("rel", ["", "nofollow", "member"])
def test_a_link_that_does_not_say_me_proves_nothing(make: World, child: Verifier, rel: str) -> None:
    proof = linked(make)
    scene.worker(child, Web({PAGE: back(make, rel)})).run(make.engine)
    assert found(make, proof).status is ProofStatus.REFUSED


def test_a_link_to_somebody_elses_page_proves_nothing(make: World, child: Verifier) -> None:
    proof = linked(make)
    theirs = back(make).replace(make.amara.public_id, make.chidi.public_id)
    errand = scene.worker(child, web := Web({PAGE: theirs}))
    errand.run(make.engine)
    assert found(make, proof).status is ProofStatus.REFUSED
    web.pages[PAGE] = back(make)
    with make.write() as db:
        actor = sessions.actor_for(db, make.amara.id)
        identities.look_again(db, actor, queries.get_proof(db, actor, proof.public_id))
    errand.run(make.engine)
    assert found(make, proof).status is ProofStatus.HELD


def test_a_page_that_does_not_answer_is_tried_three_times(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    proof, web = linked(make), Web()
    errand = scene.worker(child, web)
    for _turn in range(4):
        errand.run(make.engine)
        standing_clock.move(minutes=11)
    assert len(web.asked) == 3
    assert found(make, proof).status is ProofStatus.REFUSED


def test_a_page_is_looked_at_again_and_proves_nothing_once_the_link_is_gone(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    proof, web = linked(make), Web({PAGE: back(make)})
    errand = scene.worker(child, web)
    errand.run(make.engine)
    errand.run(make.engine)
    assert web.asked == [PAGE], "not before its day"
    standing_clock.move(days=scene.SETTINGS.recheck_days, minutes=1)
    errand.run(make.engine)
    assert (web.asked, found(make, proof).status) == ([PAGE, PAGE], ProofStatus.HELD)
    make.drain()
    with make.read() as db:
        assert events(db, "identity.") == ["identity.proved"], "that it stands is no news"
    web.pages[PAGE] = "<p>Nothing here."
    standing_clock.move(days=scene.SETTINGS.recheck_days, minutes=1)
    errand.run(make.engine)
    make.drain()
    with make.read() as db:
        assert queries.proved_identifiers(db, make.amara.id) == ()
        assert events(db, "identity.")[1:] == ["identity.lost"]
        told = db.exec(select(Notification).where(Notification.person_id == make.amara.id)).all()
        assert [one.kind.partition(":")[0] for one in told] == ["identity.lost"]


def test_a_page_that_is_away_for_a_while_keeps_what_it_proved(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    proof, web = linked(make), Web({PAGE: back(make)})
    errand = scene.worker(child, web)
    errand.run(make.engine)
    del web.pages[PAGE]
    standing_clock.move(days=scene.SETTINGS.recheck_days, minutes=1)
    for _day in range(rules.GRACE.days):
        errand.run(make.engine)
        standing_clock.move(hours=6)
    assert found(make, proof).status is ProofStatus.HELD
    for _day in range(rules.GRACE.days):
        errand.run(make.engine)
        standing_clock.move(days=1)
    assert found(make, proof).status is ProofStatus.REFUSED


def test_an_identifier_needs_no_other_look(make: World, child: Verifier, standing_clock: Standing) -> None:
    proof = asked(make)
    answer(make, proof, presentation(proof.challenge))
    errand = scene.worker(child)
    errand.run(make.engine)
    standing_clock.move(days=40)
    assert errand.run(make.engine) == 0
    assert found(make, proof).status is ProofStatus.HELD


def test_an_address_that_is_taken_away_takes_its_badges_with_it_and_one_that_is_confirmed_brings_them_back(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    with make.write() as db:
        amara = sessions.actor_for(db, make.amara.id)
        second = accounts.add_address(db, amara, "amara@bakery.example")
        accounts.confirm_address(db, second)
    make.drain()
    scene.know(make)
    errand = scene.worker(child)
    held = scene.checked(make, errand, scene.badge("amara@bakery.example"))
    assert (held.bound, held.status.startswith("verified")) == ("email", True)
    with make.write() as db:
        accounts.remove_address(db, sessions.actor_for(db, make.amara.id), second.id)
    make.drain()
    errand.run(make.engine)
    assert (scene.held(make, held.id).status, scene.held(make, held.id).bound) == (
        HeldStatus.NOT_VERIFIED,
        "",
    )
    with make.write() as db:
        again = accounts.add_address(db, sessions.actor_for(db, make.amara.id), "amara@bakery.example")
        accounts.confirm_address(db, again)
    make.drain()
    errand.run(make.engine)
    assert scene.held(make, held.id).bound == "email"


def events(db: Session, prefix: str) -> list[str]:
    """The names of what was announced, in order."""
    wanted = select(Event.name).where(col(Event.name).startswith(prefix))
    return list(db.exec(wanted.order_by(col(Event.id))))


def test_pages_and_identifiers_have_an_end(make: World) -> None:
    linked(make)
    with pytest.raises(Invalid):
        linked(make)
    for n in range(1, rules.MOST_IDENTITIES):
        linked(make, f"{PAGE}{n}")
    with pytest.raises(Invalid):
        linked(make, f"{PAGE}/one-more")


def test_a_page_of_much_else_is_read_to_its_end() -> None:
    own = "https://here.example/people/a"
    page = "<a rel=me href='/other'>" * 3 + f"<link rel='ME' href='{own}'><a rel=me>no address</a>"
    assert identities.links_back(page, PAGE, own)
    assert not identities.links_back("<a rel='me' href='javascript:x'>", PAGE, own)


# -- in the browser


def test_the_pages_lead_from_a_challenge_to_its_outcome(make: World, client: Client, child: Verifier) -> None:
    amara = client.as_(make.amara)
    there = amara.post("/wallet/identifiers/challenge").headers["location"]
    page = words(amara.get(there))
    with make.read() as db:
        [proof] = queries.proofs_of(db, make.amara.id)
    assert proof.challenge in page
    assert "testserver" in page
    assert amara.post(f"{there}/answer", {"answer": ""}).status_code == 422
    amara.post(f"{there}/answer", {"answer": presentation(proof.challenge).decode()})
    assert "Being looked at" in words(amara.get(there))
    assert 'id="outcome"' in amara.fragment(there, "outcome").text
    scene.worker(child).run(make.engine)
    assert "Credentials that name it are yours from now on" in words(amara.get(there))
    listed = words(amara.get("/wallet/identifiers"))
    assert HOLDER.did in listed
    assert "amara@example.org" in listed
    assert client.as_(make.chidi).get(there).status_code == 404
    amara.follow(amara.post(f"{there}/remove"))
    assert HOLDER.did not in words(amara.get("/wallet/identifiers"))


def test_a_refused_page_says_what_to_do(make: World, client: Client, child: Verifier) -> None:
    amara = client.as_(make.amara)
    assert amara.post("/wallet/identifiers/link", {"link": "amara.example"}).status_code == 422
    there = amara.post("/wallet/identifiers/link", {"link": PAGE}).headers["location"]
    assert amara.post("/wallet/identifiers/link", {"link": PAGE}).status_code == 422
    scene.worker(child, Web({PAGE: "<p>Hello"})).run(make.engine)
    page = words(amara.get(there))
    assert "Put the link there, then have us look again." in page
    assert amara.post(f"{there}/look").status_code == 303
    assert amara.post(f"{there}/look").status_code == 409


def test_a_challenge_that_ran_out_leads_to_a_new_one(
    make: World, client: Client, standing_clock: Standing
) -> None:
    amara = client.as_(make.amara)
    there = amara.post("/wallet/identifiers/challenge").headers["location"]
    standing_clock.move(minutes=6)
    assert "Its five minutes are over." in words(amara.get(there))
    assert amara.post(f"{there}/answer", {"answer": "{}"}).status_code == 409
