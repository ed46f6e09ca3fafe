"""The pages of reporting and of moderators."""

import pytest
from sqlmodel import select

from market import clock
from market.accounts.models import Organisation, Person
from market.cases.models import Report
from market.opportunities import service as postings
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as Opening
from market.outbox import Delivery, DeliveryStatus, Event
from tests.applications import scene
from tests.opportunities.postings import FLOOR
from tests.support import html
from tests.support.client import Client, words
from tests.support.world import World

TEXT = {"reason": "unpaid", "text": "The third sentence asks for two days without pay."}
ANSWER = "Two days of work are two days of pay. Please take the sentence out."


@pytest.fixture
def opening(make: World) -> Opportunity:
    return scene.fresh(make, scene.opening(make))


@pytest.fixture
def in_review(make: World) -> Opportunity:
    """An opening of the bakery that waits, since the bakery is not verified any more."""
    from tests.opportunities import postings as drafts

    with make.write() as db:
        bakery = db.get_one(Organisation, make.bakery.id)
        bakery.verified_at = None
        db.add(bakery)
    public_id = drafts.draft(make)
    with make.write() as db:
        draft = db.exec(select(Opportunity).where(Opportunity.public_id == public_id)).one()
        postings.submit(db, make.actor(make.bruno), draft, FLOOR)
        return draft


def only_report(make: World) -> Report:
    with make.read() as db:
        return db.exec(select(Report)).one()


def test_a_report_goes_all_the_way_through_the_pages(
    client: Client, make: World, opening: Opportunity
) -> None:
    chidi, dana = client.as_(make.chidi), client.as_(make.dana)
    form = chidi.get(f"/report/opportunity/{opening.public_id}")
    assert form.status_code == 200
    assert opening.title in words(form)
    sent = chidi.follow(chidi.post(f"/report/opportunity/{opening.public_id}", TEXT))
    assert "A moderator reads it" in words(sent)
    assert "You reported this" in words(chidi.get(f"/report/opportunity/{opening.public_id}"))

    queue = dana.get("/moderation/reports")
    assert "One report waits" in words(queue)
    assert "Chidi Eze" in words(queue)
    number = only_report(make).public_id
    case = dana.get(f"/moderation/reports/{number}")
    assert TEXT["text"] in words(case)
    decided = dana.follow(
        dana.post(f"/moderation/reports/{number}", {"verdict": "cancelled", "answer": ANSWER})
    )
    assert "Decided. Whoever it concerns is told." in words(decided)
    assert "The opening was cancelled." in words(dana.get("/moderation/reports?decided=1"))
    answer = words(chidi.get(f"/reports/{number}"))
    assert "The opening was cancelled." in answer
    assert ANSWER in answer
    assert ANSWER in words(dana.get(f"/moderation/reports/{number}"))


@pytest.mark.parametrize(
    "wrong",
    [{"reason": ""}, {"reason": "privacy"}, {"reason": "nonsense"}, {"text": ""}, {"text": "x" * 2001}],
)
def test_a_report_that_needs_mending_keeps_its_words(
    client: Client, make: World, opening: Opportunity, wrong: dict[str, str]
) -> None:
    refused = client.as_(make.chidi).post(f"/report/opportunity/{opening.public_id}", {**TEXT, **wrong})
    assert refused.status_code == 422
    assert "needs mending" in words(refused)
    assert (wrong.get("text") or TEXT["text"]) in words(refused) or "text" in wrong
    with make.read() as db:
        assert not db.exec(select(Report)).all()


def test_a_decision_that_needs_mending_decides_nothing(
    client: Client, make: World, opening: Opportunity
) -> None:
    client.as_(make.chidi).post(f"/report/opportunity/{opening.public_id}", TEXT)
    number = only_report(make).public_id
    for wrong in (
        {"verdict": "kept", "answer": "no"},
        {"verdict": "unverified", "answer": ANSWER},
        {"answer": ANSWER},
    ):
        refused = client.as_(make.dana).post(f"/moderation/reports/{number}", wrong)
        assert refused.status_code == 422
    assert only_report(make).decision is None


def test_only_its_two_sides_read_an_answer(client: Client, make: World, opening: Opportunity) -> None:
    client.as_(make.chidi).post(f"/report/opportunity/{opening.public_id}", TEXT)
    number = only_report(make).public_id
    assert client.as_(make.chidi).get(f"/reports/{number}").status_code == 200
    assert client.as_(make.bruno).get(f"/reports/{number}").status_code == 404
    assert client.as_(make.amara).get(f"/reports/{number}").status_code == 404
    assert client.as_(make.amara).get("/reports/" + "a" * 16).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/moderation",
        "/moderation/organisations",
        "/moderation/reports",
        "/moderation/deliveries",
        "/moderation/openings/aaaaaaaaaaaaaaaa",
        "/moderation/reports/aaaaaaaaaaaaaaaa",
    ],
)
def test_moderation_is_for_moderators(client: Client, make: World, path: str) -> None:
    assert client.get(path).status_code == 303
    assert client.as_(make.amara).get(path).status_code == 403
    assert client.as_(make.bruno).get(path).status_code == 403
    expected = 403 if path.endswith("deliveries") else 404 if path.endswith("a" * 16) else 200
    assert client.as_(make.dana).get(path).status_code == expected


def test_an_opening_is_read_and_let_out(client: Client, make: World, in_review: Opportunity) -> None:
    dana = client.as_(make.dana)
    assert "One opening waits to be read" in words(dana.get("/moderation"))
    page = words(dana.get(f"/moderation/openings/{in_review.public_id}"))
    assert "The stock sheet" in page
    assert "Your decision" in page
    done = dana.follow(dana.post(f"/moderation/openings/{in_review.public_id}", {"verdict": "approve"}))
    assert "is out" in words(done)
    assert scene.fresh(make, in_review.id).status is Opening.PUBLISHED
    make.drain()
    assert "is out" in words(client.as_(make.bruno).get("/news"))
    late = dana.post(f"/moderation/openings/{in_review.public_id}", {"verdict": "approve"})
    assert late.status_code == 409


def test_an_opening_goes_back_with_words_and_not_without(
    client: Client, make: World, in_review: Opportunity
) -> None:
    dana, path = client.as_(make.dana), f"/moderation/openings/{in_review.public_id}"
    assert dana.post(path, {"verdict": "return"}).status_code == 422
    assert dana.post(path, {"verdict": "burn", "note": ANSWER}).status_code == 422
    assert scene.fresh(make, in_review.id).status is Opening.IN_REVIEW
    assert dana.post(path, {"verdict": "return", "note": ANSWER}).status_code == 303
    assert scene.fresh(make, in_review.id).status is Opening.DRAFT
    make.drain()
    assert "came back to you" in words(client.as_(make.bruno).get("/news"))
    assert client.as_(make.dana).get(path).status_code == 404, "a draft is nobody's but theirs"


def test_nobody_moderates_for_their_own_organisation(
    client: Client, make: World, in_review: Opportunity
) -> None:
    with make.write() as db:
        person = db.get_one(Person, make.bruno.id)
        person.is_moderator = True
        db.add(person)
    bruno = client.as_(make.bruno)
    assert "belongs to the other side" in words(bruno.get(f"/moderation/openings/{in_review.public_id}"))
    tried = bruno.post(f"/moderation/openings/{in_review.public_id}", {"verdict": "approve"})
    assert tried.status_code == 403
    assert bruno.post(f"/moderation/organisations/{make.bakery.public_id}/verify").status_code == 403
    assert scene.fresh(make, in_review.id).status is Opening.IN_REVIEW


def test_an_organisation_is_verified_and_its_owner_told(client: Client, make: World) -> None:
    library = make.organisation("Riverside Library", owner=make.chidi, verified=False)
    make.drain()
    dana = client.as_(make.dana)
    assert "is new and not verified" in words(dana.get("/news"))
    assert "Riverside Library" in words(dana.get("/moderation/organisations"))
    done = dana.follow(dana.post(f"/moderation/organisations/{library.public_id}/verify"))
    assert "Riverside Library is verified." in words(done)
    make.drain()
    assert "Riverside Library is verified" in words(client.as_(make.chidi).get("/news"))


def test_an_administrator_tries_a_dead_delivery_again(client: Client, make: World) -> None:
    with make.write() as db:
        person = db.get_one(Person, make.dana.id)
        person.is_admin = True
        db.add(person)
        event = db.exec(select(Event)).first()
        assert event is not None
        dead = Delivery(
            event_id=event.id, subscriber="notifications.service.never", status=DeliveryStatus.DEAD,
            attempts=5, due_at=clock.now(), last_error="RuntimeError: it broke",
        )  # fmt: skip
        db.add(dead)
        db.flush()
    dana = client.as_(make.dana)
    assert "RuntimeError: it broke" in words(dana.get("/moderation/deliveries"))
    assert dana.post(f"/moderation/deliveries/{dead.id}/revive").status_code == 303
    with make.read() as db:
        again = db.get_one(Delivery, dead.id)
        assert (again.status, again.attempts) == (DeliveryStatus.PENDING, 0)
    assert dana.post(f"/moderation/deliveries/{dead.id}/revive").status_code == 409
    assert dana.post("/moderation/deliveries/999999/revive").status_code == 409


def test_the_pages_are_valid_html(
    client: Client, make: World, opening: Opportunity, in_review: Opportunity
) -> None:
    if reason := html.why_not():
        pytest.skip(reason)
    with make.write() as db:
        person = db.get_one(Person, make.dana.id)
        person.is_admin = True
        db.add(person)
    chidi, dana = client.as_(make.chidi), client.as_(make.dana)
    pages = {"report form": chidi.get(f"/report/opportunity/{opening.public_id}").text}
    pages["empty reports"] = dana.get("/moderation/reports").text
    pages["refused report"] = chidi.post(f"/report/opportunity/{opening.public_id}", {}).text
    chidi.post(f"/report/opportunity/{opening.public_id}", TEXT)
    number = only_report(make).public_id
    for path in ("", "/organisations", "/reports", "/deliveries", f"/openings/{in_review.public_id}"):
        pages[path or "queue"] = dana.get(f"/moderation{path}").text
    pages["report"] = dana.get(f"/moderation/reports/{number}").text
    pages["refused decision"] = dana.post(f"/moderation/reports/{number}", {"verdict": "kept"}).text
    pages["answer"] = chidi.get(f"/reports/{number}").text
    assert not html.complaints(pages)
