"""Telling people, on both databases: the right ones, once each, and never of their own step."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from market import clock
from market.accounts.models import Email, Person, PersonStatus
from market.applications import offers, service
from market.applications.models import Application, Offer
from market.engagements import service as work
from market.engagements.models import Engagement
from market.notifications import queries
from market.notifications.models import Notification, OutgoingMail
from market.notifications.rules import Channel, Topic
from market.notifications.service import read_all, read_one, save_preferences
from market.notifications.service import tell as tell_everyone
from market.opportunities import service as postings
from market.opportunities.models import Opportunity
from market.outbox import Event
from tests.applications import scene
from tests.support.world import Known, Standing, World


def news_of(make: World, who: Known) -> list[queries.Told]:
    """What someone was told, the oldest first."""
    with make.read() as db:
        rows = queries.latest(db, who.id, 100)
        return queries.tell(db, rows, "Europe/London")[::-1]


def kinds(make: World, who: Known) -> list[str]:
    return [one.kind for one in news_of(make, who)]


def unread(make: World, who: Known) -> int:
    with make.read() as db:
        return db.get_one(Person, who.id).unread_count


@pytest.fixture
def sent(make: World) -> int:
    """Amara's application to the bakery, its news delivered and everything before it forgotten."""
    opening = scene.opening(make)
    make.drain()
    application = scene.applied(make, opening)
    make.drain()
    return application


def test_an_application_is_told_to_those_who_answer_it_with_the_day_promised(make: World, sent: int) -> None:
    (told,) = [n for n in news_of(make, make.bruno) if n.kind == "application.submitted:reviewers"]
    opening = scene.fresh(make, scene.state(make, sent).opportunity_id)
    assert told.title == f"Amara Okafor applies for “{opening.title}”"
    assert told.due
    assert told.due in told.line
    assert told.due_words == "Answer by"
    assert (told.route, told.target) == ("applications.show", scene.state(make, sent).public_id)
    assert not [k for k in kinds(make, make.mira) if k.startswith("application")], (
        "mentors answer no applications"
    )
    assert not kinds(make, make.amara), "nobody is told of their own step"
    assert not kinds(make, make.chidi)


def test_a_notification_keeps_ids_dates_and_codes_only(make: World, sent: int) -> None:
    with make.write() as db:
        found = db.exec(select(Notification).where(Notification.person_id == make.bruno.id)).all()[-1]
        assert set(found.params) <= {
            "opening",
            "application",
            "person",
            "org",
            "actor",
            "status",
            "due",
            "reason",
        }
        text = repr(found.params)
    assert "Amara" not in text
    assert "@" not in text
    assert "stock" not in text


def test_each_person_hears_of_an_event_once_however_often_it_is_delivered(make: World, sent: int) -> None:
    (event,) = make.events("application.submitted")
    for _again in range(3):
        with make.write() as db:
            tell_everyone(db, db.get_one(Event, event.id))
    assert kinds(make, make.bruno).count("application.submitted:reviewers") == 1
    assert unread(make, make.bruno) == len(news_of(make, make.bruno))


def test_reading_one_and_reading_all_keep_the_number_right(make: World, sent: int) -> None:
    scene.offered(make, sent)
    make.drain()
    before = unread(make, make.amara)
    with make.write() as db:
        rows = queries.latest(db, make.amara.id, 10)
        assert before == len(rows) == 2  # being read, and the offer
        for _twice in range(2):
            read_one(db, make.amara.id, rows[0].id)
    assert unread(make, make.amara) == before - 1
    with make.write() as db:
        read_all(db, make.amara.id)
    assert unread(make, make.amara) == 0
    assert not any(one.is_new for one in news_of(make, make.amara))


def test_an_offer_says_when_it_lapses_and_counter_offers_go_to_the_other_side(make: World, sent: int) -> None:
    offer_id = scene.offered(make, sent)
    make.drain()
    told = news_of(make, make.amara)[-1]
    assert told.kind == "application.offered:person"
    assert told.topic is Topic.DUE
    assert told.due in told.line
    assert told.route == "offers.show"
    assert told.target
    with make.write() as db:
        offers.counter(db, make.actor(make.amara), db.get_one(Offer, offer_id), scene.terms(hours=17))
    make.drain()
    assert kinds(make, make.bruno)[-1] == "application.countered:other_side"
    assert kinds(make, make.amara)[-1] == "application.offered:person"
    assert "Version 2" in news_of(make, make.bruno)[-1].title


def test_an_offer_about_to_lapse_reminds_the_side_that_has_to_answer(
    make: World, sent: int, standing_clock: Standing
) -> None:
    scene.offered(make, sent)
    standing_clock.move(days=6)
    make.sweep()
    assert "offer.lapses_soon:answering_side" in kinds(make, make.amara)
    assert "offer.lapses_soon:answering_side" not in kinds(make, make.bruno)


def test_agreed_work_is_told_to_the_side_that_did_not_sign_last(make: World, sent: int) -> None:
    offer_id = scene.offered(make, sent)
    with make.write() as db:
        work.sign(db, make.actor(make.amara), db.get_one(Offer, offer_id))
    make.drain()
    (told,) = [n for n in news_of(make, make.bruno) if n.kind.startswith("engagement")]
    assert told.kind == "engagement.scheduled:other_side"
    assert told.due == "30 November"
    assert "starts on 30 November" in told.line
    assert not [k for k in kinds(make, make.amara) if k.startswith("engagement")]


def test_everyone_who_applied_hears_that_the_opening_is_cancelled_and_watchers_too(
    make: World, sent: int
) -> None:
    opening_id = scene.state(make, sent).opportunity_id
    with make.write() as db:
        opening = db.get_one(Opportunity, opening_id)
        postings.watch(db, make.actor(make.chidi), opening)
        postings.watch(db, make.actor(make.amara), opening)
        postings.cancel(db, make.actor(make.bruno), opening, note="The bakery closes for the winter.")
    make.drain()
    assert kinds(make, make.amara)[-1:] == ["application.opportunity_cancelled:person"]
    assert kinds(make, make.chidi) == ["opportunity.cancelled:watchers"]


@pytest.mark.parametrize("state", ["draft", "withdrawn", "declined"])
def test_whoever_watches_hears_it_whatever_became_of_their_own_application(make: World, state: str) -> None:
    opening_id = scene.opening(make)
    if state == "draft":
        with make.write() as db:
            opening = db.get_one(Opportunity, opening_id)
            service.save_draft(db, make.actor(make.amara), opening, {})
    else:
        one = scene.applied(make, opening_id)
        with make.write() as db:
            application = db.get_one(Application, one)
            if state == "withdrawn":
                service.withdraw(db, make.actor(make.amara), application)
            else:
                service.open_(db, make.actor(make.bruno), application)
                service.decline(db, make.actor(make.bruno), application, "timing")
    with make.write() as db:
        opening = db.get_one(Opportunity, opening_id)
        postings.watch(db, make.actor(make.amara), opening)
    make.drain()
    before = len(kinds(make, make.amara))
    with make.write() as db:
        opening = db.get_one(Opportunity, opening_id)
        postings.add_addendum(db, make.actor(make.bruno), opening, "Two mornings, not one.")
    make.drain()
    with make.write() as db:
        opening = db.get_one(Opportunity, opening_id)
        postings.cancel(db, make.actor(make.bruno), opening, note="The bakery closes for the winter.")
    make.drain()
    told = ["opportunity.addendum_added:watchers", "opportunity.cancelled:watchers"]
    assert kinds(make, make.amara)[before:] == told


def test_whoever_was_not_chosen_and_watches_hears_it_once_and_that_a_place_is_free_again(
    make: World, sent: int
) -> None:
    opening_id = scene.state(make, sent).opportunity_id
    scene.applied(make, opening_id, make.chidi)
    offer_id = scene.offered(make, sent)
    with make.write() as db:
        for who in (make.amara, make.chidi):
            postings.watch(db, make.actor(who), db.get_one(Opportunity, opening_id))
        signed = work.sign(db, make.actor(make.amara), db.get_one(Offer, offer_id)).id
    make.drain()
    make.drain()
    assert kinds(make, make.chidi) == ["application.not_selected:person"]
    assert "opportunity.filled:watchers" not in kinds(make, make.amara)
    with make.write() as db:
        work.call_off(db, make.actor(make.amara), db.get_one(Engagement, signed), "The days do not fit.")
    make.drain()
    with make.write() as db:
        postings.reopen(db, make.actor(make.bruno), db.get_one(Opportunity, opening_id))
    make.drain()
    assert kinds(make, make.chidi)[-1] == "opportunity.reopened:watchers"


def test_an_answer_past_its_day_is_told_to_both_in_their_own_words(
    make: World, sent: int, standing_clock: Standing
) -> None:
    due = scene.state(make, sent).answer_due_at
    assert due is not None
    with clock.standing(due + timedelta(hours=1)):
        make.sweep()
    assert "application.overdue:person" in kinds(make, make.amara)
    assert "application.overdue:reviewers" in kinds(make, make.bruno)


def test_someone_whose_account_is_closed_is_told_nothing(make: World, sent: int) -> None:
    with make.write() as db:
        person = db.get_one(Person, make.amara.id)
        person.status = PersonStatus.SUSPENDED
        db.add(person)
    scene.reviewed(make, sent)
    make.drain()
    assert not kinds(make, make.amara)
    assert unread(make, make.amara) == 0


def test_mail_goes_as_each_chose_and_never_to_an_address_nobody_confirmed(make: World, sent: int) -> None:
    with make.write() as db:
        save_preferences(db, make.actor(make.amara), {Topic.ANSWERS: Channel.MAIL_DIGEST}, 7)
        save_preferences(db, make.actor(make.bruno), {Topic.ANSWERS: Channel.APP}, 7)
    scene.reviewed(make, sent)
    with make.write() as db:
        service.shortlist(db, make.actor(make.bruno), db.get_one(Application, sent))
    other = make.person("Zoe Unconfirmed", verified=False)
    make.drain()
    with make.read() as db:
        queued = db.exec(
            select(OutgoingMail, Email).join(Email, col(Email.id) == col(OutgoingMail.email_id))
        ).all()
        waiting = db.exec(select(Notification).where(col(Notification.digest_due_at).is_not(None))).all()
    assert not [e for m, e in queued if e.person_id == make.amara.id]
    assert {n.person_id for n in waiting} >= {make.amara.id}
    assert [m.subject for m, e in queued if e.person_id == other.id] == ["Confirm your e-mail address"]


def test_the_daily_letter_gathers_what_was_not_read_and_comes_once(
    make: World, sent: int, standing_clock: Standing
) -> None:
    with make.write() as db:
        save_preferences(db, make.actor(make.amara), dict.fromkeys(Topic, Channel.MAIL_DIGEST), 18)
    scene.offered(make, sent)
    make.drain()
    with make.write() as db:
        read_one(db, make.amara.id, queries.latest(db, make.amara.id, 10)[-1].id)  # "is being read" was read
    make.sweep()

    def letters() -> list[OutgoingMail]:
        with make.read() as db:
            mine = select(OutgoingMail).join(Email, col(Email.id) == col(OutgoingMail.email_id))
            return list(db.exec(mine.where(Email.person_id == make.amara.id)))

    assert not letters(), "not before its hour"
    standing_clock.move(hours=9)
    make.sweep()
    (letter,) = letters()
    assert letter.subject == "One thing is new for you"
    assert "offers you a place" in letter.text
    assert "is reading" not in letter.text
    assert letter.text.count("/news/") == 1
    assert "<a href=" in letter.html
    standing_clock.move(days=2)
    make.sweep()
    assert len([m for m in letters() if m.subject == "One thing is new for you"]) == 1
