"""Reporting a thing and deciding about it, on both databases."""

import pytest
from sqlmodel import select

from market.access import SYSTEM, Actor
from market.accounts.models import Organisation, Person, PersonStatus, SignInSession
from market.cases import queries, rules, service, things
from market.cases.models import Report
from market.cases.rules import VERDICTS, About, Reason, Status, Verdict
from market.cases.sentences import kind_words, outcome_words, reason_words, verdict_hint, verdict_words
from market.engagements.queries import may_see
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.messages import queries as threads
from market.messages import service as messages
from market.messages.models import Message
from market.notifications import queries as news
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as Opening
from market.reviews.models import Review
from market.transitions import Transition, take
from tests.applications import scene
from tests.engagements import scene as works
from tests.support.world import Known, Standing, World

WHY = "The third sentence asks for two days without pay."
ANSWER = "Two days of work are two days of pay. Please take the sentence out."


def report(make: World, who: Known, kind: About, public_id: str, reason: Reason = Reason.OTHER) -> int:
    actor = make.actor(who)
    with make.write() as db:
        return service.report(db, actor, things.find(db, actor, kind, public_id), reason, WHY).id


def decide(make: World, who: Known, report_id: int, verdict: Verdict, instead: str = "") -> None:
    actor = make.actor(who)
    with make.write() as db:
        service.decide(db, actor, db.get_one(Report, report_id), verdict, ANSWER, instead)


def state(make: World, report_id: int) -> Report:
    with make.read() as db:
        return db.get_one(Report, report_id)


def told(make: World, who: Known) -> list[str]:
    make.drain()
    with make.read() as db:
        return [one.kind for one in news.latest(db, who.id, 50)]


@pytest.fixture
def opening(make: World) -> Opportunity:
    return scene.fresh(make, scene.opening(make))


@pytest.fixture
def message(make: World) -> Message:
    """What Bruno wrote beside Amara's application."""
    application = scene.state(make, scene.applied(make, scene.opening(make)))
    actor = make.actor(make.bruno)
    with make.write() as db:
        subject = threads.subject_of(db, actor, "application", application.public_id)
        return messages.send(db, actor, subject, "Come in for two days first, so that we see how you do.")


def test_a_report_is_told_to_moderators_and_keeps_what_it_needs(make: World, opening: Opportunity) -> None:
    number = report(make, make.chidi, About.OPPORTUNITY, opening.public_id, Reason.UNPAID)
    made = state(make, number)
    assert (made.status, made.org_id, made.reporter_id) == (Status.OPEN, make.bakery.id, make.chidi.id)
    assert "report.opened:moderators" in told(make, make.dana)
    (event,) = make.events("report.opened")
    assert WHY not in repr(event.payload)
    assert "report" not in " ".join(told(make, make.bruno))


def test_the_same_person_reports_a_thing_once_and_again_only_after_an_answer(
    make: World, opening: Opportunity
) -> None:
    number = report(make, make.chidi, About.OPPORTUNITY, opening.public_id)
    with pytest.raises(Conflict):
        report(make, make.chidi, About.OPPORTUNITY, opening.public_id)
    report(make, make.amara, About.OPPORTUNITY, opening.public_id)
    decide(make, make.dana, number, Verdict.KEPT)
    report(make, make.chidi, About.OPPORTUNITY, opening.public_id)


def test_nobody_reports_what_is_their_own(make: World, opening: Opportunity, message: Message) -> None:
    for who, kind, public_id in (
        (make.bruno, About.OPPORTUNITY, opening.public_id),
        (make.mira, About.ORGANISATION, make.bakery.public_id),
        (make.bruno, About.MESSAGE, message.public_id),
        (make.amara, About.PERSON, make.amara.public_id),
    ):
        with pytest.raises(Forbidden):
            report(make, who, kind, public_id)


def test_moderators_read_a_work_only_while_something_in_it_is_reported(
    make: World, message: Message, standing_clock: Standing
) -> None:
    work = works.work(make, make.engagement())

    def sees(who: Known = make.dana) -> bool:
        with make.read() as db:
            return bool(may_see(db, make.actor(who), work))

    def wrote(kind: str, about: str) -> Message:
        with make.write() as db:
            bruno = make.actor(make.bruno)
            return messages.send(db, bruno, threads.subject_of(db, bruno, kind, about), "Come on Sunday too.")

    report(make, make.amara, About.MESSAGE, message.public_id)  # beside an application, which is no work
    assert not sees()
    number = report(make, make.amara, About.MESSAGE, wrote("engagement", work.public_id).public_id)
    assert (sees(), sees(make.chidi)) == (True, False)
    (raised,) = make.events("engagement.concerned")
    assert (raised.subject_id, raised.actor_id, raised.reason) == (work.id, make.amara.id, Reason.OTHER)
    assert raised.payload == {"report_id": number}
    with make.read() as db:
        shown = things.load(db, About.MESSAGE, state(make, number).about_id)
    assert shown is not None
    assert (shown.route, shown.route_id) == ("engagements.show", work.public_id)
    standing_clock.move(days=60)
    assert not sees()


@pytest.mark.parametrize("kind", list(About))
def test_what_is_not_there_cannot_be_reported(make: World, kind: About) -> None:
    with pytest.raises(NotFound):
        report(make, make.chidi, kind, "a" * 16)


def test_what_one_may_not_see_cannot_be_reported_either(make: World, message: Message) -> None:
    with pytest.raises(NotFound):
        report(make, make.chidi, About.MESSAGE, message.public_id)
    with pytest.raises(NotFound):
        report(make, make.chidi, About.PERSON, make.amara.public_id)  # a private profile


def test_one_decision_answers_every_open_report_of_the_same_thing(make: World, opening: Opportunity) -> None:
    first = report(make, make.chidi, About.OPPORTUNITY, opening.public_id)
    second = report(make, make.amara, About.OPPORTUNITY, opening.public_id)
    decide(make, make.dana, first, Verdict.KEPT)
    for number, who in ((first, make.chidi), (second, make.amara)):
        made = state(make, number)
        assert (made.status, made.decision, made.answer) == (Status.DECIDED, Verdict.KEPT, ANSWER)
        assert "report.decided:reporter" in told(make, who)
    assert scene.fresh(make, opening.id).status is Opening.PUBLISHED
    assert not [k for k in told(make, make.bruno) if k.startswith("report")]
    with pytest.raises(Conflict):
        decide(make, make.dana, second, Verdict.CANCELLED)


def test_an_opening_that_is_taken_down_is_told_to_everyone_who_applied(
    make: World, opening: Opportunity
) -> None:
    scene.applied(make, opening.id)
    number = report(make, make.chidi, About.OPPORTUNITY, opening.public_id, Reason.UNPAID)
    decide(make, make.dana, number, Verdict.CANCELLED)
    assert scene.fresh(make, opening.id).status is Opening.CANCELLED
    assert "application.opportunity_cancelled:person" in told(make, make.amara)
    assert "opportunity.cancelled:posters" in told(make, make.bruno)


def test_a_message_taken_down_leaves_a_line_and_its_author_is_told(make: World, message: Message) -> None:
    number = report(make, make.amara, About.MESSAGE, message.public_id, Reason.UNPAID)
    decide(make, make.dana, number, Verdict.REMOVED)
    with make.read() as db:
        (said,) = threads.messages_in(db, message.thread_id)
    assert said.is_removed
    assert said.text == ""
    assert "report.decided:reported" in told(make, make.bruno)
    with pytest.raises(NotFound):
        report(make, make.amara, About.MESSAGE, message.public_id)


def test_an_account_can_be_closed_and_opened_again(make: World, message: Message) -> None:
    from market.accounts import sessions

    with make.write() as db:
        sessions.begin(db, db.get_one(Person, make.bruno.id))
    number = report(make, make.amara, About.MESSAGE, message.public_id, Reason.HARASSMENT)
    decide(make, make.dana, number, Verdict.SUSPENDED)
    with make.read() as db:
        assert db.get_one(Person, make.bruno.id).status is PersonStatus.SUSPENDED
        assert not db.exec(select(SignInSession).where(SignInSession.person_id == make.bruno.id)).all()
        assert db.get_one(Message, message.id).removed_at is not None
    with make.write() as db:
        service.restore(db, make.actor(make.dana), db.get_one(Report, number))
    with make.read() as db:
        assert db.get_one(Person, make.bruno.id).status is PersonStatus.ACTIVE
    with make.write() as db, pytest.raises(Conflict):
        service.restore(db, make.actor(make.dana), db.get_one(Report, number))


def test_an_organisation_can_lose_its_verification(make: World) -> None:
    number = report(make, make.chidi, About.ORGANISATION, make.bakery.public_id, Reason.UNTRUE)
    decide(make, make.dana, number, Verdict.UNVERIFIED)
    with make.read() as db:
        assert db.get_one(Organisation, make.bakery.id).verified_at is None
    assert "report.decided:reported" in told(make, make.bruno)


def test_only_moderators_decide_and_never_about_themselves_or_their_own(
    make: World, message: Message
) -> None:
    number = report(make, make.amara, About.MESSAGE, message.public_id)
    for who in (make.amara, make.chidi, make.bruno):
        with pytest.raises(Forbidden):
            decide(make, who, number, Verdict.KEPT)
    with make.write() as db:  # Bruno moderates too now; the message is his
        person = db.get_one(Person, make.bruno.id)
        person.is_moderator = True
        db.add(person)
    with pytest.raises(Forbidden, match="concerns you"):
        decide(make, make.bruno, number, Verdict.KEPT)
    assert state(make, number).status is Status.OPEN


def test_a_verdict_that_does_not_fit_changes_nothing(make: World, opening: Opportunity) -> None:
    number = report(make, make.chidi, About.OPPORTUNITY, opening.public_id)
    with pytest.raises(Forbidden):
        decide(make, make.dana, number, Verdict.UNVERIFIED)
    assert state(make, number).status is Status.OPEN
    with make.read() as db:
        assert db.get_one(Organisation, make.bakery.id).verified_at is not None


def test_the_decision_is_kept_with_who_and_why(make: World, opening: Opportunity) -> None:
    number = report(make, make.chidi, About.OPPORTUNITY, opening.public_id)
    decide(make, make.dana, number, Verdict.KEPT)
    with make.read() as db:
        (step,) = db.exec(
            select(Transition).where(Transition.subject_kind == "report", Transition.subject_id == number)
        ).all()
    assert (step.actor_id, step.reason, step.note) == (make.dana.id, "kept", ANSWER)


def test_who_may_close_an_account(make: World) -> None:
    chidi, dana = Person(id=1), Person(id=2, is_moderator=True)
    moderator, admin = Actor(id=9, is_moderator=True), Actor(id=8, is_admin=True)

    from market.accounts.rules import parties

    assert parties(moderator, chidi) == {"moderator"}
    assert parties(moderator, dana) == frozenset(), "moderators do not close each other's accounts"
    assert parties(admin, dana) == {"moderator"}
    assert parties(Actor(id=2, is_moderator=True), dana) == frozenset(), "nor their own"
    assert parties(Actor(id=3), chidi) == frozenset()
    with make.write() as db, pytest.raises(Forbidden):
        take(db, SYSTEM, db.get_one(Person, make.chidi.id), "suspend", note="x")


def test_every_verdict_and_reason_has_words() -> None:
    for kind in About:
        assert kind_words(kind)
        assert rules.REASONS[kind][-1] is Reason.OTHER
        for verdict in VERDICTS[kind]:
            assert verdict_words(verdict)
            assert verdict_hint(kind, verdict).endswith(".")
            assert outcome_words(kind, verdict).endswith(".")
    assert all(reason_words(reason) for reason in Reason)


def reviewed_work(make: World) -> Review:
    """A revealed review of Amara's work by the bakery, without the work in between."""
    from market import clock
    from market.applications.models import Offer
    from market.engagements import service as work
    from market.reviews.models import ReviewPair
    from market.reviews.rules import Side
    from market.reviews.rules import Status as Sealing

    offer_id = scene.offered(make, scene.applied(make, scene.opening(make)))
    with make.write() as db:
        engagement = work.sign(db, make.actor(make.amara), db.get_one(Offer, offer_id))
        pair = ReviewPair(
            engagement_id=engagement.id,
            person_id=make.amara.id,
            org_id=make.bakery.id,
            deadline_at=clock.now(),
            status=Sealing.REVEALED,
            revealed_at=clock.now(),
        )
        db.add(pair)
        db.flush()
        review = Review(
            pair_id=pair.id, side=Side.EMPLOYER, author_id=make.bruno.id, text="Good, says Ms Hart of No. 4."
        )
        db.add(review)
        db.flush()
        return review


def test_words_are_taken_out_of_a_review_and_both_sides_hear_of_it(make: World) -> None:
    review = reviewed_work(make)
    number = report(make, make.amara, About.REVIEW, review.public_id, Reason.PRIVACY)
    with make.read() as db:
        assert db.get_one(Review, review.id).moderation == "reported"
    with pytest.raises(Invalid):
        decide(make, make.dana, number, Verdict.REDACTED)
    decide(make, make.dana, number, Verdict.REDACTED, "Good.")
    with make.read() as db:
        kept = db.get_one(Review, review.id)
        assert (kept.moderation, kept.text) == ("redacted", "Good.")
    assert "review.moderated:author" in told(make, make.bruno)
    assert "review.moderated:subject_of_review" in told(make, make.amara)


def test_a_review_that_is_sealed_cannot_be_found_by_anyone(make: World) -> None:
    from market.reviews.models import ReviewPair
    from market.reviews.rules import Status as Sealing

    review = reviewed_work(make)
    with make.write() as db:
        pair = db.get_one(ReviewPair, review.pair_id)
        pair.status = Sealing.SEALED_BY_EMPLOYER
        db.add(pair)
    for who in (make.amara, make.chidi, make.dana):
        with pytest.raises(NotFound):
            report(make, who, About.REVIEW, review.public_id)


def test_earlier_decisions_about_the_same_author_are_counted(make: World, message: Message) -> None:
    first = report(make, make.amara, About.MESSAGE, message.public_id)
    decide(make, make.dana, first, Verdict.KEPT)
    second = report(make, make.amara, About.MESSAGE, message.public_id)
    with make.read() as db:
        assert queries.earlier_about(db, db.get_one(Report, second)) == 1
