"""The pages of applications and offers, as browsers ask for them."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import func, select

from market import clock
from market.access import Role
from market.accounts.models import Person
from market.applications import invitations, offers, queries, service
from market.applications.models import Offer
from market.applications.queries import application_of, invitation_for
from market.applications.rules import Status
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.opportunities import service as opportunities
from market.opportunities.changes import facts
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.queries import terms_since
from market.profiles.models import TalentProfile, Visibility
from market.transitions import Transition
from tests.applications import scene
from tests.matching.people import shows
from tests.opportunities import postings
from tests.opportunities.postings import draft
from tests.support.client import Client, htmx, words
from tests.support.html import complaints, why_not
from tests.support.world import World


def terms_form(**more: Any) -> dict[str, Any]:
    return {
        "pay_minor": "288",
        "hours": "18",
        "starts_on": "2026-11-30",
        "ends_on": "2026-12-18",
        "place": "From home",
        "milestones-0-title": "The stock sheet",
        "milestones-0-due_on": "2026-12-07",
        "milestones-0-amount_minor": "144",
        "milestones-1-title": "The Thursday list",
        "milestones-1-due_on": "2026-12-18",
        "milestones-1-amount_minor": "144",
        **more,
    }


def changes(make: World) -> int:
    """How many steps were taken in all: a refused request adds none."""
    with make.read() as db:
        return db.exec(select(func.count()).select_from(Transition)).one()


def test_a_visitor_is_led_to_sign_in_and_back(client: Client, there: str) -> None:
    answer = client.get(f"/openings/{there}/apply")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next=/openings/{there}/apply"


def test_someone_applies_and_reads_when_the_answer_is_promised(
    make: World, client: Client, there: str
) -> None:
    amara = client.as_(make.amara)
    form = amara.get(f"/openings/{there}/apply")
    assert "answer everyone by 2 December" in words(form)
    sent = amara.post(f"/openings/{there}/apply", {"version": "1", "answers-1": scene.ANSWER})
    page = amara.follow(sent)
    assert "Sent. The answer is promised by 2 December." in words(page)
    assert scene.ANSWER.split(".")[0] in words(page)
    listed = words(amara.get("/applications"))
    assert "Turn our paper stock list" in listed
    assert "By 2 December" in listed


def test_a_refused_answer_keeps_every_word_and_says_what_to_mend(
    make: World, client: Client, there: str
) -> None:
    text = "We ran out of thickener. " * 30
    answer = client.as_(make.amara).post(
        f"/openings/{there}/apply", {"version": "1", "answers-1": text, "withdraw_if_hired": "on"}
    )
    assert answer.status_code == 422
    assert "characters long. Shorten it to 600." in words(answer)
    assert text.strip() in words(answer).replace("  ", " ")
    assert 'id="withdraw_if_hired-on" name="withdraw_if_hired" value="on" checked' in answer.text
    assert scene.changes_of_applications(make) == 0


def test_one_question_is_checked_as_it_is_left_and_the_key_still_counts(
    make: World, client: Client, there: str
) -> None:
    amara, path = client.as_(make.amara), f"/openings/{there}/apply/check"
    key = {"submission_key": "one-key-of-this-form", "version": "1"}
    bad = amara.post(path, {**key, "answers-1": "x" * 700}, headers=htmx("answers-1-field"))
    assert bad.status_code == 422
    assert bad.text.strip().startswith('<div class="field field--bad" id="answers-1-field">')
    fine = amara.post(path, {**key, "answers-1": scene.ANSWER}, headers=htmx("answers-1-field"))
    assert (fine.status_code, 'aria-invalid="true"' in fine.text) == (200, False)
    sent = amara.post(f"/openings/{there}/apply", {**key, "answers-1": scene.ANSWER})
    assert sent.status_code == 303
    again = amara.post(f"/openings/{there}/apply", {**key, "answers-1": scene.ANSWER})
    assert (again.status_code, again.headers["location"]) == (303, sent.headers["location"])
    assert scene.changes_of_applications(make) == 1


def test_terms_that_changed_meanwhile_answer_409_with_the_change_and_the_words(
    make: World, client: Client, opening: int, there: str
) -> None:
    with make.write() as db:
        opportunities.add_addendum(
            db, make.actor(make.bruno), db.get_one(Opportunity, opening), "The start moves to 2 December."
        )
    amara = client.as_(make.amara)
    answer = amara.post(f"/openings/{there}/apply", {"version": "1", "answers-1": scene.ANSWER})
    assert answer.status_code == 409
    assert "The start moves to 2 December." in words(answer)
    assert scene.ANSWER in answer.text
    assert 'name="version" value="2"' in answer.text
    sent = amara.post(f"/openings/{there}/apply", {"version": "2", "answers-1": scene.ANSWER})
    assert sent.status_code == 303


def test_who_may_not_apply_reads_why(make: World, client: Client, opening: int, there: str) -> None:
    bruno = client.as_(make.bruno)
    assert "nobody applies within their own" in words(bruno.get(f"/openings/{there}/apply"))
    refused = bruno.post(f"/openings/{there}/apply", {"version": "1", "answers-1": scene.ANSWER})
    assert (refused.status_code, scene.changes_of_applications(make)) == (403, 0)
    scene.applied(make, opening)
    amara = client.as_(make.amara)
    assert amara.get(f"/openings/{there}/apply").status_code == 303  # to the application itself
    twice = amara.post(f"/openings/{there}/apply", {"version": "1", "answers-1": scene.ANSWER})
    assert (twice.status_code, scene.changes_of_applications(make)) == (409, 1)


def test_applying_for_what_is_not_there_or_not_out_is_404(make: World, client: Client) -> None:
    hidden = draft(make)
    amara = client.as_(make.amara)
    for path in ("/openings/nothere/apply", f"/openings/{hidden}/apply"):
        assert amara.get(path).status_code == 404
        assert amara.post(path, {"answers-1": "x"}).status_code == 404


def test_thirty_applications_a_day_are_enough(make: World, clients: Any, there: str) -> None:
    amara = clients(limits=True).as_(make.amara)
    path = f"/openings/{there}/apply"
    assert {amara.post(path, {"answers-1": ""}).status_code for _ in range(30)} == {422}
    late = amara.post(path, {"answers-1": ""})
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


PRIVATE = (
    "/applications/{a}",
    "/applications/{a}/decline",
    "/applications/{a}/offer",
    "/postings/{o}/applications",
    "/postings/{o}/applications/covered",
    "/postings/{o}/invite/{p}",
    "/offers/{f}",
    "/offers/{f}/terms",
)
STEPS = (
    "/applications/{a}/withdraw",
    "/applications/{a}/resubmit",
    "/applications/{a}/consent",
    "/applications/{a}/open",
    "/applications/{a}/shortlist",
    "/applications/{a}/decline",
    "/applications/{a}/pool",
    "/applications/{a}/reconsider",
    "/applications/{a}/revive",
    "/applications/{a}/offer",
    "/postings/{o}/applications/read",
    "/postings/{o}/invite/{p}",
    "/offers/{f}/terms",
    "/offers/{f}/reject",
    "/offers/{f}/rescind",
)


def test_what_is_not_yours_is_as_if_it_were_not_there(
    make: World, client: Client, opening: int, there: str
) -> None:
    one = scene.applied(make, opening)
    offer = scene.offer_state(make, scene.offered(make, one))
    ids = {"a": scene.state(make, one).public_id, "o": there, "f": offer.public_id, "p": make.chidi.public_id}
    nothing = dict.fromkeys(ids, "a" * 16)
    elsewhere = make.organisation()
    owner = make.member(elsewhere, Role.RECRUITER)
    before = changes(make)
    data = {"code": "pay", "text": "x", **terms_form()}
    for who, allowed in ((make.chidi, {403, 404}), (make.mira, {403, 404}), (owner, {404})):
        browser = client.as_(who)
        for path in PRIVATE:
            mine, missing = browser.get(path.format(**ids)), browser.get(path.format(**nothing))
            assert mine.status_code in allowed, path
            assert mine.status_code == missing.status_code, path
        for path in STEPS:
            mine, missing = browser.post(path.format(**ids), data), browser.post(path.format(**nothing), data)
            assert mine.status_code in allowed, path
            assert mine.status_code == missing.status_code, path
    assert changes(make) == before


def test_the_answers_open_when_reading_begins_and_that_is_a_post(
    make: World, client: Client, opening: int, there: str
) -> None:
    one = scene.state(make, scene.applied(make, opening))
    bruno = client.as_(make.bruno)
    closed = bruno.get(f"/applications/{one.public_id}")
    assert "The answers open when you begin to read." in words(closed)
    assert scene.ANSWER not in closed.text
    assert scene.state(make, one.id).status is Status.SUBMITTED  # a GET changes nothing
    page = bruno.follow(bruno.post(f"/applications/{one.public_id}/open"))
    assert scene.ANSWER in page.text
    assert "Being read" in words(client.as_(make.amara).get("/applications"))


def test_a_refusal_asks_for_a_reason_that_both_sides_then_read(
    make: World, client: Client, opening: int
) -> None:
    one = scene.state(make, scene.reviewed(make, scene.applied(make, opening)))
    bruno, path = client.as_(make.bruno), f"/applications/{one.public_id}/decline"
    assert bruno.post(path, {}).status_code == 422
    other = bruno.post(path, {"code": "other", "text": "  "})
    assert (other.status_code, "in your own words" in words(other)) == (422, True)
    bruno.follow(bruno.post(path, {"code": "others", "text": "Tomasz had kept stock.", "share": "on"}))
    page = words(client.as_(make.amara).get(f"/applications/{one.public_id}"))
    assert "Others showed more of what is essential" in page
    assert "Tomasz had kept stock." in page
    assert "What would close the gap" in page


def test_a_refusal_tells_what_was_shown_below_the_level_from_what_was_not_shown(
    make: World, client: Client
) -> None:
    known = postings.skills(make)
    opening = scene.opening(make, known=known)
    shows(make, make.amara, (known["Spreadsheets"], Kind.PROJECT, 2.0))
    one = scene.state(make, scene.reviewed(make, scene.applied(make, opening)))
    client.as_(make.bruno).post(f"/applications/{one.public_id}/decline", {"code": "timing"})
    for reader in (make.amara, make.bruno):
        page = words(client.as_(reader).get(f"/applications/{one.public_id}"))
        assert re.search(r"Spreadsheets, level 3: not shown at the level asked yet, [1-9]\d? % covered", page)
        assert "Stock control, level 2: not shown yet" in page


def test_words_that_are_not_shared_stay_with_the_employer(make: World, client: Client, opening: int) -> None:
    one = scene.state(make, scene.reviewed(make, scene.applied(make, opening)))
    client.as_(make.bruno).post(
        f"/applications/{one.public_id}/decline", {"code": "timing", "text": "For us only."}
    )
    theirs = words(client.as_(make.amara).get(f"/applications/{one.public_id}"))
    assert "For us only." not in theirs
    assert "The dates do not fit" in theirs
    assert "For us only." in words(client.as_(make.bruno).get(f"/applications/{one.public_id}"))


def test_candidates_stand_in_the_order_of_evidence_with_one_row_explained(
    make: World, client: Client, opening: int, there: str
) -> None:
    weak, strong = make.person("Wanda Weak"), make.person("Stina Strong")
    scene.applied(make, opening, weak)
    scene.applied(make, opening, strong)
    with make.write() as db:
        skill = db.exec(select(Requirement.skill_id).where(Requirement.opportunity_id == opening)).first()
        assert skill is not None
        evidence.record(
            db,
            person_id=strong.id,
            skill_id=skill,
            kind=Kind.ASSESSMENT,
            reading_milli=4000,
            source=("assessment", 1),
            party=("organisation", make.bakery.id),
            occurred_on=date(2026, 10, 1),
        )
    bruno = client.as_(make.bruno)
    page = bruno.get(f"/postings/{there}/applications")
    told = words(page)
    assert "2 people for" in told
    assert told.index("Stina Strong") < told.index("Wanda Weak")
    assert "T4 Spreadsheets" in told
    logged = re.search(r'href="(/orders/\w+)"', page.text)
    assert logged is not None
    assert bruno.get(logged[1]).status_code == 200  # the order as it was shown, kept
    assert client.as_(make.chidi).get(logged[1]).status_code == 404
    opened = words(bruno.get(f"/postings/{there}/applications", params={"open": app_of(make, opening, weak)}))
    assert "the evidence of Wanda Weak" in opened
    for tab, said in (
        ("shortlisted", "Nobody is on the shortlist"),
        ("answered", "Nobody has an answer yet"),
        ("invite", "People you could invite"),
    ):
        assert said in words(bruno.get(f"/postings/{there}/applications", params={"tab": tab}))
    assert (
        bruno.get(
            f"/postings/{there}/applications", params={"from": "²", "open": "x", "tab": "?"}
        ).status_code
        == 200
    )


def app_of(make: World, opening: int, who: Any) -> str:
    with make.read() as db:
        found = application_of(db, opening, who.id)
        assert found is not None
        return found.public_id


def test_names_stay_covered_while_the_answers_are_read(
    make: World, client: Client, opening: int, there: str
) -> None:
    for who in (make.amara, make.chidi):
        scene.applied(make, opening, who)
    bruno = client.as_(make.bruno)
    first = bruno.get(f"/postings/{there}/applications/covered")
    assert "2 applications are not read yet" in words(first)
    assert scene.ANSWER not in first.text
    page = bruno.follow(bruno.post(f"/postings/{there}/applications/read"))
    assert page.text.count(scene.ANSWER) == 2
    assert "Amara" not in page.text
    assert "Chidi" not in page.text
    shortlisted = bruno.post(
        f"/applications/{app_of(make, opening, make.amara)}/shortlist", {"back": "covered"}
    )
    assert shortlisted.headers["location"].endswith("/applications/covered")


def test_an_offer_is_written_refused_mended_sent_and_signed(
    make: World, client: Client, opening: int
) -> None:
    one = scene.state(make, scene.reviewed(make, scene.applied(make, opening)))
    bruno, path = client.as_(make.bruno), f"/applications/{one.public_id}/offer"
    begun = bruno.get(path)
    assert 'value="288"' in begun.text
    assert begun.text.count('value="144"') == 2
    more = bruno.post(path, terms_form(add="part"))
    assert (more.status_code, 'id="milestones-2-title"' in more.text) == (200, True)
    bad = bruno.post(path, terms_form(**{"milestones-1-amount_minor": "100", "place": "Our own words"}))
    assert bad.status_code == 422
    assert "The parts pay 244 in all and the pay is 288." in words(bad)
    assert "Our own words" in bad.text
    assert bruno.post(path, terms_form(pay_minor="a lot")).status_code == 422
    assert bruno.post(path, terms_form(mentors="someone")).status_code == 422
    page = bruno.follow(
        bruno.post(path, terms_form(mentors=make.mira.public_id, note="We liked your sheet."))
    )
    assert "Mira Lindqvist" in words(page)
    assert "the other side signs them" in words(page)
    theirs = client.as_(make.amara).get(page.url.path)
    assert "Sign these terms" in words(theirs)
    assert "£288 fixed, for about 18 hours. £16 an hour" in words(theirs)


def test_other_terms_show_what_changed(make: World, client: Client, opening: int) -> None:
    offer = scene.offer_state(make, scene.offered(make, scene.applied(make, opening)))
    amara = client.as_(make.amara)
    form = amara.get(f"/offers/{offer.public_id}/terms")
    assert "Send as version 2" in words(form)
    sent = amara.post(
        f"/offers/{offer.public_id}/terms", terms_form(starts_on="2026-12-01", note="I am away on Monday.")
    )
    page = amara.follow(sent)
    assert "<mark>Tuesday 1 December</mark>" in page.text
    assert "<del>Monday 30 November</del>" in page.text
    bruno = client.as_(make.bruno)
    theirs = words(bruno.get(page.url.path))
    assert "I am away on Monday." in theirs
    assert "Sign these terms" in theirs
    old = bruno.get(f"/offers/{offer.public_id}")
    assert "This is an earlier version." in words(old)
    late = bruno.post(f"/offers/{offer.public_id}/rescind", {"text": "We changed our mind."})
    assert late.status_code == 409


def test_an_offer_is_declined_or_taken_back_only_with_a_reason(
    make: World, client: Client, opening: int
) -> None:
    one, two = scene.applied(make, opening), scene.applied(make, opening, make.chidi)
    made = [scene.offer_state(make, scene.offered(make, i)) for i in (one, two)]
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    assert amara.post(f"/offers/{made[0].public_id}/reject", {"code": ""}).status_code == 422
    assert bruno.post(f"/offers/{made[1].public_id}/rescind", {"text": ""}).status_code == 422
    assert amara.post(f"/offers/{made[0].public_id}/rescind", {"text": "x"}).status_code == 403
    assert bruno.post(f"/offers/{made[1].public_id}/reject", {"code": "pay"}).status_code == 403
    amara.follow(amara.post(f"/offers/{made[0].public_id}/reject", {"code": "pay", "text": "A little low."}))
    bruno.follow(bruno.post(f"/offers/{made[1].public_id}/rescind", {"text": "The oven broke."}))
    assert "A little low." in words(bruno.get(f"/applications/{scene.state(make, one).public_id}"))
    assert "The oven broke." in words(
        client.as_(make.chidi).get(f"/applications/{scene.state(make, two).public_id}")
    )


def test_a_person_is_invited_once_and_the_number_is_shown(
    make: World, client: Client, opening: int, there: str
) -> None:
    bruno, path = client.as_(make.bruno), f"/postings/{there}/invite/{make.amara.public_id}"
    assert bruno.get(path).status_code == bruno.post(path).status_code == 404, "her profile is closed to him"
    with make.write() as db:
        db.add(TalentProfile(person_id=make.amara.id, visibility=Visibility.MEMBERS))
    assert "Invite Amara Okafor to apply" in words(bruno.get(path))
    assert bruno.post(path, {"note": "x" * 601}).status_code == 422
    bruno.follow(bruno.post(path, {"note": "Your night order sheet made us write."}))
    assert bruno.post(path, {"note": ""}).status_code == 409
    assert "One person is invited so far." in words(bruno.get(path))
    own = bruno.get(f"/postings/{there}/invite/{make.mira.public_id}")
    assert "nobody applies within their own" in words(own)
    assert bruno.post(f"/postings/{there}/invite/{make.mira.public_id}").status_code == 403
    amara = client.as_(make.amara)
    board = amara.get(f"/openings/{there}")
    assert "Your night order sheet made us write." in words(board)
    with make.read() as db:
        found = invitation_for(db, opening, make.amara.id)
        assert found is not None
    assert client.as_(make.chidi).post(f"/asked/{found.public_id}/dismiss").status_code == 404
    amara.follow(amara.post(f"/asked/{found.public_id}/dismiss"))
    assert "You are invited" not in words(amara.get(f"/openings/{there}"))


def test_a_trial_tells_apart_how_many_are_to_be_invited_and_how_many_were(
    make: World, client: Client
) -> None:
    opening = scene.opening(make, **postings.trial(invited_count=3))
    there = scene.public_id(make, opening)
    visitor, bruno = client, client.as_(make.bruno)

    def read() -> tuple[str, str, str]:
        invite = bruno.get(f"/postings/{there}/invite/{make.amara.public_id}")
        return words(visitor.get(f"/openings/{there}")), words(visitor.get("/openings")), words(invite)

    with make.write() as db:
        for who in (make.amara, make.chidi):
            db.add(TalentProfile(person_id=who.id, visibility=Visibility.MEMBERS))
    page, listed, invite = read()
    assert "To be invited 3 people" in page
    assert "Nobody is invited so far." in page
    assert "3 people to be invited" in listed
    assert "3 people invited" not in listed
    assert "Nobody is invited so far." in invite
    with make.write() as db:
        for who in (make.amara, make.chidi):
            person = db.get_one(Person, who.id)
            invitations.invite(db, make.actor(make.bruno), db.get_one(Opportunity, opening), person)
    page, listed, invite = read()
    assert "To be invited 3 people" in page
    assert "2 people are invited so far." in page
    assert "3 people to be invited" in listed
    assert "2 people are invited so far." in invite


def test_the_board_beside_an_opening_says_the_next_step_or_why_there_is_none(
    make: World, client: Client, opening: int, there: str, standing_clock: Any
) -> None:
    path = f"/openings/{there}"
    assert "Sign in to apply" in words(client.get(path))
    amara = client.as_(make.amara)
    assert "Apply by 27 November" in words(amara.get(path))
    with make.write() as db:
        service.save_draft(db, make.actor(make.amara), db.get_one(Opportunity, opening), {1: "So far"})
    assert "Go on writing" in words(amara.get(path))
    scene.applied(make, opening)
    assert "You applied on 16 November" in words(amara.get(path))
    standing_clock.move(days=12)
    assert "Applications closed on 27 November" in words(client.as_(make.chidi).get(path))


def test_taking_back_sending_again_and_consent_are_buttons(make: World, client: Client, opening: int) -> None:
    one = scene.state(make, scene.applied(make, opening)).public_id
    amara = client.as_(make.amara)
    assert "You took this application back" in words(
        amara.follow(amara.post(f"/applications/{one}/withdraw"))
    )
    assert "Sent again." in words(amara.follow(amara.post(f"/applications/{one}/resubmit")))
    assert "until 15 May 2027" in words(
        amara.follow(amara.post(f"/applications/{one}/consent", {"agrees": "on"}))
    )
    assert client.as_(make.bruno).post(f"/applications/{one}/consent", {"agrees": "on"}).status_code == 403
    assert amara.post(f"/applications/{one}/reconsider").status_code == 403


def test_every_page_is_valid_html(make: World, client: Client, opening: int, there: str) -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    pages = {"apply": amara.get(f"/openings/{there}/apply"), "empty": amara.get("/applications")}
    pages["apply-422"] = amara.post(f"/openings/{there}/apply", {"answers-1": ""})
    pages["nobody"] = bruno.get(f"/postings/{there}/applications")
    one = scene.applied(make, opening)
    two = scene.applied(make, opening, make.chidi)
    a = scene.state(make, one).public_id
    pages["mine"] = amara.get("/applications")
    pages["candidates"] = bruno.get(f"/postings/{there}/applications")
    pages["invite"] = bruno.get(f"/postings/{there}/applications", params={"tab": "invite"})
    pages["unread"] = bruno.get(f"/applications/{a}")
    offer = scene.offer_state(make, scene.offered(make, one))
    with make.write() as db:
        again = offers.counter(
            db, make.actor(make.amara), db.get_one(Offer, offer.id), scene.terms(place="From home")
        ).public_id
    pages["offered"] = amara.get(f"/applications/{a}")
    pages["offer"] = amara.get(f"/offers/{again}")
    pages["offer-theirs"] = bruno.get(f"/offers/{again}")
    pages["offer-422"] = bruno.post(f"/offers/{again}/rescind", {"text": ""})
    pages["terms"] = bruno.get(f"/offers/{again}/terms")
    scene.reviewed(make, two)
    b = scene.state(make, two).public_id
    pages["covered"] = bruno.get(f"/postings/{there}/applications/covered")
    pages["decline"] = bruno.get(f"/applications/{b}/decline")
    pages["decline-422"] = bruno.post(f"/applications/{b}/decline", {})
    pages["write-offer"] = bruno.get(f"/applications/{b}/offer")
    pages["write-offer-422"] = bruno.post(f"/applications/{b}/offer", terms_form(pay_minor="1"))
    with make.write() as db:
        db.add(TalentProfile(person_id=make.dana.id, visibility=Visibility.PUBLIC))
    pages["invite-form"] = bruno.get(f"/postings/{there}/invite/{make.dana.public_id}")
    bruno.post(f"/applications/{b}/decline", {"code": "others", "text": "x", "share": "on"})
    pages["declined"] = client.as_(make.chidi).get(f"/applications/{b}")
    assert {p.status_code for p in pages.values()} <= {200, 422}
    assert complaints({name: page.text for name, page in pages.items()}) == []


def test_the_terms_somebody_applied_for_stay_readable_with_all_that_was_added_since(
    make: World, client: Client, opening: int
) -> None:
    with make.read() as db:
        first = facts(terms_since(db, opening, 1)[1])
    one = scene.state(make, scene.applied(make, opening)).public_id
    sides = (client.as_(make.amara), client.as_(make.bruno))
    before = words(sides[0].get(f"/applications/{one}"))
    assert "The terms as they were when this was sent" in before
    assert all(told in before for _term, told in first)
    assert "have changed" not in before
    for text, more in (("Two mornings, not one.", {"pay_minor": 40_000}), ("Three may come.", {"seats": 3})):
        with make.write() as db:
            there = db.get_one(Opportunity, opening)
            opportunities.add_addendum(db, make.actor(make.bruno), there, text, **more)
    for reader in sides:
        now = words(reader.get(f"/applications/{one}"))
        assert "The terms have changed 2 times since this was sent." in now
        assert "Two mornings, not one." in now
        assert "Three may come." in now
        assert f"was {first[0][1]}" in now
        assert all(told in now for _term, told in first)


def test_sending_again_after_a_change_leads_to_the_form_with_the_change(
    make: World, client: Client, opening: int
) -> None:
    one = scene.state(make, scene.applied(make, opening)).public_id
    amara = client.as_(make.amara)
    amara.post(f"/applications/{one}/withdraw")
    with make.write() as db:
        there = db.get_one(Opportunity, opening)
        opportunities.add_addendum(db, make.actor(make.bruno), there, "Two mornings, not one.")
    page = amara.follow(amara.post(f"/applications/{one}/resubmit"))
    assert "Two mornings, not one." in words(page)
    assert scene.ANSWER in page.text
    assert "Keep it as a draft" not in words(page)


def test_signing_on_the_page_takes_the_place(make: World, client: Client, opening: int) -> None:
    one = scene.applied(make, opening)
    offer = scene.offer_state(make, scene.offered(make, one)).public_id
    assert client.as_(make.bruno).post(f"/offers/{offer}/accept").status_code == 403
    assert client.as_(make.chidi).post(f"/offers/{offer}/accept").status_code == 404
    amara = client.as_(make.amara)
    assert amara.post(f"/offers/{offer}/accept").status_code == 303
    assert scene.state(make, one).status is Status.ACCEPTED
    assert "Both sides have signed this version." in words(amara.get(f"/offers/{offer}"))
    late = client.as_(make.bruno).get(f"/applications/{scene.state(make, one).public_id}/decline")
    assert "cannot be declined as it stands now" in words(late)
    assert amara.post(f"/offers/{offer}/accept").status_code == 409


def test_lists_take_as_many_statements_for_many_as_for_few(
    make: World, client: Client, opening: int, there: str
) -> None:
    scene.applied(make, opening)
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    event.listen(make.engine, "before_cursor_execute", note)
    try:
        amara.get("/applications")
        mine = [s for s in seen if s.lstrip().startswith("SELECT")]
        seen.clear()
        for who in (make.chidi, make.person(), make.person()):
            scene.applied(make, opening, who)
        seen.clear()
        bruno.get(f"/postings/{there}/applications")
        four = len(seen)
        for _n in range(4):
            scene.applied(make, opening, make.person())
        seen.clear()
        bruno.get(f"/postings/{there}/applications")
        eight = len(seen)
    finally:
        event.remove(make.engine, "before_cursor_execute", note)
    assert len(mine) <= 2
    assert four == eight <= 18  # the open row’s explanation, line by line, and the ranking’s log among them


def test_openings_to_invite_to_leave_out_those_applied_for_and_asked_for(make: World, opening: int) -> None:
    def offered() -> list[int]:
        with make.read() as db:
            found = queries.openings_to_invite(db, [make.bakery.id], make.amara.id, clock.now())
            return [one.id for one in found]

    assert offered() == [opening]
    scene.applied(make, opening)
    assert offered() == []
    with make.read() as db:
        assert queries.openings_to_invite(db, [make.bakery.id], make.chidi.id, clock.now())
    with make.write() as db:
        person = db.get_one(Person, make.chidi.id)
        invitations.invite(db, make.actor(make.bruno), db.get_one(Opportunity, opening), person)
    with make.read() as db:
        assert queries.openings_to_invite(db, [make.bakery.id], make.chidi.id, clock.now()) == []


def test_a_profile_shows_those_who_decide_what_to_invite_to(
    make: World, client: Client, opening: int, there: str
) -> None:
    with make.write() as db:
        db.add(TalentProfile(person_id=make.amara.id, visibility=Visibility.PUBLIC))
    path = f"/people/{make.amara.public_id}"
    link = f"/postings/{there}/invite/{make.amara.public_id}"
    assert link in client.as_(make.bruno).get(path).text
    assert link not in client.as_(make.mira).get(path).text
    assert link not in client.as_(make.chidi).get(path).text


def test_whoever_applied_reads_why_an_opening_was_cancelled_and_is_led_to_others(
    make: World, client: Client, opening: int, there: str
) -> None:
    sent = scene.applied(make, opening)
    with make.write() as db:
        found = db.get_one(Opportunity, opening)
        opportunities.cancel(db, make.actor(make.bruno), found, note="The oven is broken <b>for good</b>.")
    make.drain()
    page = client.as_(make.amara).get(f"/applications/{scene.state(make, sent).public_id}")
    assert "The oven is broken" in words(page)
    assert "<b>for good" not in page.text
    assert f'href="/openings/{there}"' not in page.text
    assert 'href="/openings"' in page.text
