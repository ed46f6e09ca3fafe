"""My next step and To answer: what each kind of person finds there, in few statements."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, col, select

from market.access import Role
from market.accounts.models import Membership, Person
from market.applications import invitations, offers, service
from market.applications.models import Application, Offer
from market.applications.rules import DeclineCode
from market.engagements import milestones, payments
from market.engagements import service as engagements
from market.engagements.models import Engagement, Milestone
from market.engagements.rules import Fault
from market.evidence.models import Kind
from market.home import due_employer, due_talent, employer, public, talent
from market.home.due import Kind as What
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.matching.people import findable, shows
from tests.matching.test_service import counted
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.world import Known, Standing, World

LATER = date(2027, 1, 11)


@pytest.fixture
def opening(make: World) -> int:
    return scene.opening(make)


def main_of(page: object) -> str:
    """The words of a page without its head and foot."""
    text = page.text  # type: ignore[attr-defined]
    inner = text.split("<main", 1)[1].rsplit("</main>", 1)[0]
    import html

    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inner)).split())


def signed(make: World, opening: int, who: Known | None = None, *, mentor: bool = False) -> int:
    """An engagement that both signed, by its inner id; with `mentor` it is given to Mira."""
    application = scene.applied(make, opening, who)
    terms = {}
    if mentor:
        with make.read() as db:
            found = select(Membership.id).where(Membership.person_id == make.mira.id)
            terms = {"mentors": (db.exec(found).one(),)}
    offer = scene.offered(make, application, **terms)
    with make.write() as db:
        return engagements.sign(db, make.actor(who or make.amara), db.get_one(Offer, offer)).id


def started(make: World, clock: Standing, opening: int, *, mentor: bool = False) -> int:
    """The same, on its first day."""
    engagement = signed(make, opening, mentor=mentor)
    clock.move(days=15)
    with make.write() as db:
        engagements.start(db, make.actor(make.amara), db.get_one(Engagement, engagement))
    return engagement


def in_work(
    make: World, engagement: int, act: Callable[[Session, Engagement, list[Milestone]], object]
) -> None:
    with make.write() as db:
        parts = db.exec(
            select(Milestone).where(Milestone.engagement_id == engagement).order_by(col(Milestone.position))
        ).all()
        act(db, db.get_one(Engagement, engagement), list(parts))


def hand_in(make: World, engagement: int, part: int = 0) -> None:
    amara = make.actor(make.amara)

    def act(db: Session, e: Engagement, parts: list[Milestone]) -> None:
        if parts[part].status == "planned":
            milestones.begin(db, amara, e, parts[part])
        milestones.hand_in(
            db, amara, e, parts[part], note="Here it is.", link="", uploads=(), as_evidence=True
        )

    in_work(make, engagement, act)


def approve(make: World, engagement: int, part: int = 0) -> None:
    bruno = make.actor(make.bruno)
    in_work(make, engagement, lambda db, e, parts: milestones.approve(db, bruno, e, parts[part]))


def kinds(make: World, who: Known, side: str) -> list[What]:
    with make.read() as db:
        if side == "talent":
            return sorted(one.kind for one in due_talent.for_talent(db, who.id))
        return sorted(one.kind for one in due_employer.for_employer(db, make.actor(who)))


class TestNewcomers:
    def test_someone_new_is_led_to_say_what_they_can(self, client: Client, make: World, opening: int) -> None:
        said = main_of(client.as_(make.chidi).get("/home"))
        assert "Good morning, Chidi" in said
        assert "Nobody here knows yet what you can do." in said
        assert "Your next step Say what you can do" in said
        assert "Show one thing you made" in said
        assert "Posted last" in said
        assert "Turn our paper stock list" in said
        assert "Where your applications are" not in said

    def test_where_nothing_is_open_that_is_said(self, client: Client, make: World) -> None:
        assert "Nothing is open that you have not applied for." in main_of(
            client.as_(make.chidi).get("/home")
        )

    def test_a_new_organisation_is_led_to_its_first_opening(self, client: Client, make: World) -> None:
        said = main_of(client.as_(make.bruno).get("/employer"))
        assert "Nobody is waiting Nothing is posted yet." in said
        assert "Begin with one small job" in said
        assert "From applied to finished" not in said

    def test_a_mentor_without_work_and_an_issuer_are_told_what_will_be_here(
        self, client: Client, make: World
    ) -> None:
        assert "No work was given to you yet" in main_of(client.as_(make.mira).get("/employer"))
        issuer = make.member(make.bakery, Role.ISSUER)
        assert "Your role is to issue credentials" in main_of(client.as_(issuer).get("/employer"))

    def test_who_belongs_to_no_organisation_has_no_such_page(self, client: Client, make: World) -> None:
        assert client.as_(make.chidi).get("/employer").status_code == 403
        assert client.get("/employer").status_code == 303
        assert client.get("/home").status_code == 303


class TestMyNextStep:
    def test_agreed_work_comes_before_the_rest_of_its_day_and_days_in_their_order(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        engagement = started(make, standing_clock, opening)
        with make.write() as db:
            part = db.exec(select(Milestone).where(Milestone.engagement_id == engagement)).first()
            assert part is not None
            part.due_on = date(2026, 12, 12)  # the draft is due at ten in the morning of that day
        other = scene.opening(
            make, title="Count the tins in the back room once", starts_on=LATER, starts_by=LATER
        )
        with make.write() as db:
            open_one = db.get_one(Opportunity, other)
            service.save_draft(db, make.actor(make.amara), open_one, {1: "Not finished"})
        said = main_of(client.as_(make.amara).get("/home"))
        assert "Due Saturday 12 December Begin “The stock sheet”" in said
        assert "By 12 December Finish your draft Count the tins" in said

    def test_an_offer_is_to_be_answered_by_its_day(self, client: Client, make: World, opening: int) -> None:
        scene.offered(make, scene.applied(make, opening))
        page = client.as_(make.amara).get("/home")
        said = main_of(page)
        assert "Due Monday 23 November Answer an offer" in said
        assert "Yours, by 23 November" in said
        with make.read() as db:
            offer = db.exec(select(Offer)).one()
        assert f'href="/offers/{offer.public_id}"' in page.text, "one click from here"

    def test_terms_that_wait_for_the_other_side_are_theirs_to_answer(self, make: World, opening: int) -> None:
        first = scene.offered(make, scene.applied(make, opening))
        with make.write() as db:
            offers.counter(
                db,
                make.actor(make.amara),
                db.get_one(Offer, first),
                scene.terms(
                    pay_minor=30_000,
                    milestones=tuple(replace(p, amount_minor=15_000) for p in scene.terms().milestones),
                ),
                note="A little more.",
            )
        with make.read() as db:
            home = talent.home(db, make.actor(make.amara))
        assert "offers.show" not in {one.route for one in (home.board, *home.todos)}
        assert kinds(make, make.bruno, "employer") == [What.COUNTER]

    def test_an_overdue_part_is_first_and_says_its_day(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        started(make, standing_clock, opening)
        standing_clock.move(days=12)
        said = main_of(client.as_(make.amara).get("/home"))
        assert "Was due Monday 7 December" in said
        assert "its day has passed" in said

    def test_a_change_asked_for_is_the_next_version(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        engagement = started(make, standing_clock, opening)
        hand_in(make, engagement)
        assert "Hand in" not in main_of(client.as_(make.amara).get("/home")), "it waits for the other side"
        bruno = make.actor(make.bruno)
        in_work(
            make,
            engagement,
            lambda db, e, parts: milestones.request_changes(db, bruno, e, parts[0], "Two items are missing."),
        )
        assert "Hand in version 2 of “The stock sheet”" in main_of(client.as_(make.amara).get("/home"))

    def test_after_the_end_one_judges_reviews_and_says_whether_the_money_came(
        self, make: World, standing_clock: Standing, opening: int
    ) -> None:
        engagement = started(make, standing_clock, opening)
        hand_in(make, engagement)
        approve(make, engagement)
        assert kinds(make, make.amara, "talent") == []
        assert kinds(make, make.bruno, "employer") == [What.PAY]
        bruno = make.actor(make.bruno)
        in_work(
            make,
            engagement,
            lambda db, e, parts: payments.declare(db, bruno, e, parts[0], parts[0].amount_minor),
        )
        assert kinds(make, make.amara, "talent") == [What.CONFIRM]
        assert kinds(make, make.bruno, "employer") == []
        amara = make.actor(make.amara)
        in_work(
            make,
            engagement,
            lambda db, e, parts: payments.confirm(db, amara, e, parts[0], parts[0].amount_minor),
        )
        assert kinds(make, make.amara, "talent") == []
        in_work(
            make,
            engagement,
            lambda db, e, _parts: engagements.end_early(db, amara, e, "The oven broke.", Fault.NONE),
        )
        make.drain()
        assert kinds(make, make.amara, "talent") == [What.ASSESS, What.REVIEW]
        assert kinds(make, make.bruno, "employer") == [What.ASSESS, What.REVIEW]
        standing_clock.move(days=15)
        assert kinds(make, make.amara, "talent") == []
        assert kinds(make, make.bruno, "employer") == []

    def test_when_every_part_is_settled_either_side_says_that_it_is_over(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        engagement = started(make, standing_clock, opening)
        for part in (0, 1):
            hand_in(make, engagement, part)
            approve(make, engagement, part)
        assert kinds(make, make.amara, "talent") == [What.ASSESS, What.FINISH]
        assert kinds(make, make.bruno, "employer") == [What.ASSESS, What.FINISH, What.PAY]
        assert "Say that the work is finished" in main_of(client.as_(make.bruno).get("/employer"))
        amara = make.actor(make.amara)
        in_work(make, engagement, lambda db, e, _parts: engagements.finish(db, amara, e))
        make.drain()
        assert kinds(make, make.amara, "talent") == [What.ASSESS, What.REVIEW]
        assert kinds(make, make.bruno, "employer") == [What.ASSESS, What.PAY, What.REVIEW]

    def test_an_invitation_stands_until_it_is_taken_or_put_aside(self, make: World, opening: int) -> None:
        with make.write() as db:
            invitations.invite(
                db,
                make.actor(make.bruno),
                db.get_one(Opportunity, opening),
                db.get_one(Person, make.amara.id),
            )
        assert kinds(make, make.amara, "talent") == [What.INVITED]
        scene.applied(make, opening)
        assert kinds(make, make.amara, "talent") == []

    def test_close_openings_come_with_their_fit_and_ones_own_are_left_out(
        self, client: Client, make: World, opening: int
    ) -> None:
        with make.read() as db:
            from market.matching.queries import requirements_of

            sheets = requirements_of(db, db.get_one(Opportunity, opening))[0].asked.skill_id
        shows(make, make.amara, (sheets, Kind.ASSESSMENT, 4.0), (sheets, Kind.ASSESSMENT, 4.0))
        said = main_of(client.as_(make.amara).get("/home"))
        assert "Open, and close to you" in said
        assert "1 of 1 essential" in said
        assert "Spreadsheets now counts as" in said
        assert "Turn our paper" not in main_of(client.as_(make.bruno).get("/home")), (
            "nobody applies to their own"
        )
        scene.applied(make, opening)
        assert "All 1" not in main_of(client.as_(make.amara).get("/home"))

    def test_work_that_begins_later_stands_among_the_dates(
        self, client: Client, make: World, opening: int
    ) -> None:
        signed(make, opening)
        said = main_of(client.as_(make.amara).get("/home"))
        assert "30 Nov . Turn our paper stock list into a spreadsheet that orders itself begins" in said


class TestToAnswer:
    def test_who_waits_is_counted_by_opening_with_the_promised_day(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        first = scene.applied(make, opening)
        scene.applied(make, opening, make.person())
        scene.reviewed(make, first)
        bruno = client.as_(make.bruno)
        page = bruno.get("/employer")
        said = main_of(page)
        assert "2 people are waiting" in said
        assert "2 people applied for “Turn our paper stock list" in said
        assert "One is not read yet." in said
        assert "You have none." in said
        with make.read() as db:
            public_id = db.get_one(Opportunity, opening).public_id
        assert f'href="/postings/{public_id}/applications"' in page.text
        standing_clock.move(days=17)
        late = main_of(client.as_(make.bruno).get("/employer"))
        assert "2 have waited longer than you promised." in late
        assert "2 wait past it now." in late

    def test_drafts_and_what_a_moderator_reads_stand_there(self, client: Client, make: World) -> None:
        postings.draft(make, title="Half a draft about the cold room")
        said = main_of(client.as_(make.bruno).get("/employer"))
        assert "Finish a draft Half a draft about the cold room" in said
        assert "One thing to do" in said

    def test_a_version_handed_in_counts_the_days_of_silence(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        hand_in(make, started(make, standing_clock, opening))
        standing_clock.move(days=13)
        said = main_of(client.as_(make.bruno).get("/employer"))
        assert "Tomorrow The stock sheet was handed in Amara Okafor has waited 13 days." in said

    def test_the_funnel_counts_people_step_by_step(self, make: World, opening: int) -> None:
        scene.offered(make, scene.applied(make, opening))
        scene.applied(make, opening, make.person())
        with make.read() as db:
            found = employer.desk(db, make.actor(make.bruno)).funnel
        assert found is not None
        assert found[:6] == (2, 1, 0, 1, 0, 0), "an offer is an answer"

    def test_who_was_answered_late_was_answered_all_the_same(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        late = scene.applied(make, opening)
        standing_clock.move(days=40)
        with make.write() as db:
            service.decline(db, make.actor(make.bruno), db.get_one(Application, late), DeclineCode.OTHERS)
        with make.read() as db:
            desk = employer.desk(db, make.actor(make.bruno))
        assert desk.funnel is not None
        assert desk.funnel[:2] == (1, 1)
        assert desk.seen is not None
        assert desk.seen.figures.replies[:2] == (1, 0)
        assert "Applied 1 Answered 1 Shortlisted 0" in main_of(client.as_(make.bruno).get("/employer"))

    def test_places_of_its_own_people_are_no_end_of_an_application(self, make: World) -> None:
        inside = make.finished()
        with make.write() as db:
            db.get_one(Engagement, inside).for_members = True
        make.engagement()
        with make.read() as db:
            desk, figures = employer.desk(db, make.actor(make.bruno)), public.front(db).figures
        assert desk.funnel is not None
        assert desk.funnel.finished == 0
        assert (figures.chosen, figures.chosen_new) == (1, 1), "and who learnt inside is new outside"

    def test_a_mentor_sees_what_was_given_to_them_and_nothing_else(
        self, client: Client, make: World, standing_clock: Standing, opening: int
    ) -> None:
        scene.applied(make, opening, make.person("Nobody's Business"))
        with make.write() as db:
            db.get_one(Opportunity, opening).seats = 2
        other = signed(make, opening, make.person("Someone Else"))
        given = started(make, standing_clock, opening, mentor=True)
        assert kinds(make, make.mira, "employer") == []
        hand_in(make, given)
        said = main_of(client.as_(make.mira).get("/employer"))
        assert kinds(make, make.mira, "employer") == [What.HANDED_IN]
        assert "Amara Okafor has waited" in said
        assert "Given to you" in said
        assert "Someone Else" not in said
        assert "Nobody's Business" not in said
        assert "How Nettle" not in said
        assert other != given

    def test_another_organisation_sees_none_of_it(self, make: World, opening: int) -> None:
        scene.offered(make, scene.applied(make, opening))
        owner = make.person()
        make.organisation(owner=owner)
        with make.read() as db:
            desk = employer.desk(db, make.actor(owner))
        assert (desk.todos, desk.waiting, desk.openings, desk.funnel) == ([], 0, [], None)


def test_each_dashboard_costs_at_most_eight_statements_beside_the_sessions(
    client: Client, make: World, standing_clock: Standing, opening: int
) -> None:
    with make.write() as db:
        db.get_one(Opportunity, opening).seats = 3
    findable(make, make.amara)
    hand_in(make, started(make, standing_clock, opening, mentor=True))
    known = postings.skills(make, "Baking", "Sums", "Signs", "Ink")
    for _n in range(4):
        postings.published(make, known=known, starts_on=LATER, starts_by=LATER)
    shows(make, make.amara, *((skill, Kind.ASSESSMENT, 3.0) for skill in known.values()))
    for who, path in (
        (make.amara, "/home"),
        (make.bruno, "/employer"),
        (make.mira, "/employer"),
        (make.bruno, "/home"),
    ):
        browser = client.as_(who)
        with counted(make.engine) as sent:
            assert browser.get(path).status_code == 200
        assert len(sent) <= 1 + 8, (who.name, path, len(sent))


def test_the_first_page_costs_three_statements(client: Client, make: World, opening: int) -> None:
    with counted(make.engine) as sent:
        assert client.get("/").status_code == 200
    assert len(sent) == 3


def test_everything_due_is_reached_by_one_click(client: Client, make: World, opening: int) -> None:
    """Each thing to do has a link of its own to the page on which it is done, and that page opens."""
    scene.offered(make, scene.applied(make, opening))
    for who, path in ((make.amara, "/home"), (make.bruno, "/employer")):
        browser = client.as_(who)
        with make.read() as db:
            actor = make.actor(who)
            home = talent.home(db, actor) if path == "/home" else None
            todos = [home.board, *home.todos] if home else employer.desk(db, actor).todos
        page = browser.get(path).text
        for one in todos:
            address = str(browser.app.url_path_for(one.route, **one.given))
            assert f'href="{address}"' in page
            assert browser.get(address).status_code == 200


def test_applications_of_one_person_stand_with_what_was_promised(
    client: Client, make: World, standing_clock: Standing, opening: int
) -> None:
    application = scene.applied(make, opening)
    assert "Sent By 2 December" in main_of(client.as_(make.amara).get("/home"))
    standing_clock.move(days=17)
    said = words(client.as_(make.amara).get("/home"))
    assert "Overdue since 2 December" in said
    assert "We have reminded them." in said
    with make.write() as db:
        service.decline(
            db, make.actor(make.bruno), db.get_one(Application, application), "others", "Others showed more."
        )
    assert "What would close the gap" in words(client.as_(make.amara).get("/home"))
