"""Offers: terms that one side writes and the other signs."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from market import clock
from market.access import Role
from market.applications import offers, queries, service
from market.applications.models import Application, Offer
from market.applications.rules import RejectCode, Status
from market.applications.terms import Part, changed, from_json
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.opportunities.postings import skills
from tests.support.world import World


def sign(make: World, who: Any, offer: int) -> None:
    with make.write() as db:
        offers.accept(db, make.actor(who), db.get_one(Offer, offer))


def counter(make: World, who: Any, offer: int, **more: Any) -> int:
    with make.write() as db:
        return offers.counter(db, make.actor(who), db.get_one(Offer, offer), scene.terms(**more)).id


def test_an_offer_stands_for_seven_days_on_terms_that_are_kept_as_sent(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    offer = scene.offer_state(make, scene.offered(make, one))
    assert (offer.version, offer.status, offer.proposed_by) == (1, "open", "employer")
    assert offer.expires_at == clock.now() + timedelta(days=7)
    assert from_json(offer.terms) == scene.terms()
    assert scene.state(make, one).status is Status.OFFERED


def test_signing_takes_the_place_and_nothing_else_is_agreed(make: World) -> None:
    opening = scene.opening(make)
    one = scene.applied(make, opening)
    offer = scene.offered(make, one)
    sign(make, make.amara, offer)
    assert (scene.state(make, one).status, scene.offer_state(make, offer).status) == ("accepted", "accepted")
    assert (scene.fresh(make, opening).seats_taken, scene.fresh(make, opening).status) == (1, "filled")
    event = make.events("application.accepted")[0]
    assert (event.payload["offer_id"], event.payload["side"]) == (offer, "talent")


def test_an_offer_is_signed_by_the_other_side_only(make: World) -> None:
    offer = scene.offered(make, scene.applied(make, scene.opening(make)))
    for who, words in ((make.bruno, "other side signs"), (make.mira, "two sides"), (make.chidi, "two sides")):
        with pytest.raises(Forbidden, match=words):
            sign(make, who, offer)
    assert scene.offer_state(make, offer).status == "open"


def test_terms_that_were_countered_need_the_signature_of_the_other(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    first = scene.offered(make, one)
    second = counter(make, make.amara, first, place="From home")
    assert (scene.offer_state(make, first).status, scene.offer_state(make, second).version) == (
        "countered",
        2,
    )
    with pytest.raises(Conflict, match="not the ones on the table"):
        sign(make, make.amara, first)
    with pytest.raises(Forbidden, match="other side signs"):
        sign(make, make.amara, second)
    third = counter(make, make.bruno, second, place="From home, and one Tuesday here")
    sign(make, make.amara, third)
    with make.read() as db:
        told = [(o.version, o.proposed_by, o.status) for o in queries.offers_of(db, one)]
    assert told == [(1, "employer", "countered"), (2, "talent", "countered"), (3, "employer", "accepted")]


def test_the_employer_may_sign_what_the_person_suggested(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    second = counter(make, make.amara, scene.offered(make, one), place="From home")
    sign(make, make.bruno, second)
    assert scene.state(make, one).status is Status.ACCEPTED


def test_the_same_terms_are_no_suggestion(make: World) -> None:
    offer = scene.offered(make, scene.applied(make, scene.opening(make)))
    with pytest.raises(Invalid, match="same terms"):
        counter(make, make.amara, offer)


def test_one_offer_is_open_at_a_time(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    scene.offered(make, one)
    with pytest.raises(Conflict), make.write() as db:
        offers.make(db, make.actor(make.bruno), db.get_one(Application, one), scene.terms(place="Elsewhere"))
    with make.read() as db:
        assert len(queries.offers_of(db, one)) == 1


def test_an_offer_lapses_after_seven_days_and_can_be_made_again(make: World, standing_clock: Any) -> None:
    one = scene.applied(make, scene.opening(make))
    offer = scene.offered(make, one)
    standing_clock.move(days=5, hours=1)
    make.sweep()
    make.sweep()
    assert len(make.events("offer.lapses_soon")) == 1
    standing_clock.move(days=2)
    with pytest.raises(Forbidden, match="lapsed"):  # also before the sweep
        sign(make, make.amara, offer)
    make.sweep()
    assert (scene.state(make, one).status, scene.offer_state(make, offer).status) == (
        "offer_expired",
        "expired",
    )
    with make.write() as db:
        again = offers.make(db, make.actor(make.bruno), db.get_one(Application, one), scene.terms())
    assert (again.version, scene.state(make, one).status) == (2, "offered")


def test_an_offer_is_declined_or_taken_back_with_a_reason(make: World) -> None:
    opening = scene.opening(make)
    one, two = scene.applied(make, opening), scene.applied(make, opening, make.chidi)
    declined, taken = scene.offered(make, one), scene.offered(make, two)
    with make.write() as db:
        offers.reject(
            db, make.actor(make.amara), db.get_one(Offer, declined), RejectCode.PAY, "I hoped for more."
        )
    with pytest.raises(Invalid), make.write() as db:
        offers.rescind(db, make.actor(make.bruno), db.get_one(Offer, taken), " ")
    with make.write() as db:
        offers.rescind(
            db, make.actor(make.bruno), db.get_one(Offer, taken), "The supplier sent its own sheet."
        )
    assert [scene.state(make, i).status for i in (one, two)] == ["offer_declined", "offer_withdrawn"]
    with pytest.raises(Conflict):
        sign(make, make.amara, declined)
    assert scene.fresh(make, opening).seats_taken == 0


def test_each_side_has_its_own_way_out(make: World) -> None:
    offer = scene.offered(make, scene.applied(make, scene.opening(make)))
    with pytest.raises(Forbidden), make.write() as db:
        offers.reject(db, make.actor(make.bruno), db.get_one(Offer, offer), RejectCode.PAY)
    with pytest.raises(Forbidden), make.write() as db:
        offers.rescind(db, make.actor(make.amara), db.get_one(Offer, offer), "No")
    with pytest.raises(Forbidden), make.write() as db:
        offers.counter(db, make.actor(make.chidi), db.get_one(Offer, offer), scene.terms(place="x"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pay_minor": 28_700}, "pay_minor"),
        ({"hours": 20}, "pay_minor"),  # the same pay for more hours
        ({"starts_on": date(2026, 11, 1)}, "starts_on"),
        ({"ends_on": date(2026, 11, 20)}, "ends_on"),
        ({"currency": "EUR"}, "pay_minor"),
        ({"milestones": ()}, "milestones"),
        ({"milestones": (Part("All of it", amount_minor=28_799),)}, "milestones"),
        ({"milestones": (Part("All", due_on=date(2027, 1, 5), amount_minor=28_800),)}, "milestones-0-due_on"),
        ({"mentors": (999_999,)}, "mentors"),
    ],
)
def test_terms_that_do_not_add_up_are_refused_with_the_field(
    make: World, change: dict[str, Any], field: str
) -> None:
    one = scene.reviewed(make, scene.applied(make, scene.opening(make)))
    with pytest.raises(Invalid) as refused, make.write() as db:
        offers.make(db, make.actor(make.bruno), db.get_one(Application, one), scene.terms(**change))
    assert field in refused.value.fields
    assert scene.state(make, one).status is Status.IN_REVIEW


def test_a_mentor_of_the_organisation_can_be_named(make: World) -> None:
    one = scene.reviewed(make, scene.applied(make, scene.opening(make)))
    with make.write() as db:
        named = [m.id for m in offers.mentors_of(db, make.bakery.id) if m.person_id == make.mira.id]
        offer = offers.make(
            db, make.actor(make.bruno), db.get_one(Application, one), scene.terms(mentors=tuple(named))
        )
    assert from_json(offer.terms).mentors == tuple(named)


def test_hourly_pay_is_held_to_the_hour(make: World) -> None:
    one = scene.reviewed(make, scene.applied(make, scene.opening(make, pay_basis="hourly", pay_minor=1_600)))
    fine = scene.terms(pay_basis="hourly", pay_minor=1_600)
    assert fine.total_minor == 28_800
    with pytest.raises(Invalid), make.write() as db:
        offers.make(db, make.actor(make.bruno), db.get_one(Application, one), replace(fine, pay_minor=1_599))
    with make.write() as db:
        offers.make(db, make.actor(make.bruno), db.get_one(Application, one), fine)


def test_what_changed_between_two_versions_is_named() -> None:
    was = scene.terms()
    now = replace(was, pay_minor=30_000, place="At the bakery")
    assert changed(now, was) == ("pay_minor", "place")


def test_nothing_is_offered_or_signed_across_a_block(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    offer = scene.offered(make, one)
    make.block(make.amara, organisation=make.bakery)
    with pytest.raises(Forbidden, match="no contact"):
        sign(make, make.amara, offer)


def test_nobody_signs_who_has_joined_the_organisation_meanwhile(make: World) -> None:
    offer = scene.offered(make, scene.applied(make, scene.opening(make)))
    make.member(make.bakery, Role.ISSUER, person=make.amara)
    with pytest.raises(Forbidden, match="nobody works here for their own"):
        sign(make, make.amara, offer)


def test_a_place_that_is_gone_is_not_offered(make: World) -> None:
    opening = scene.opening(make)
    one, two = scene.applied(make, opening), scene.applied(make, opening, make.chidi)
    scene.reviewed(make, two)
    sign(make, make.amara, scene.offered(make, one))
    with pytest.raises(Forbidden, match="All places are taken"), make.write() as db:
        offers.make(db, make.actor(make.bruno), db.get_one(Application, two), scene.terms())


def test_withdrawing_takes_the_offer_off_the_table(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    offer = scene.offered(make, one)
    with make.write() as db:
        service.withdraw(db, make.actor(make.amara), db.get_one(Application, one))
    assert (scene.state(make, one).status, scene.offer_state(make, offer).status) == ("withdrawn", "rejected")


def test_who_is_hired_keeps_their_other_applications_unless_they_ticked_the_box(make: World) -> None:
    known = skills(make)
    openings = [scene.opening(make, known=known) for _ in range(3)]
    hired = scene.applied(make, openings[0])
    ticked = scene.applied(make, openings[1], withdraw_if_hired=True)
    kept = scene.applied(make, openings[2])
    offer_there = scene.offered(make, ticked)
    sign(make, make.amara, scene.offered(make, hired))
    make.drain()
    assert [scene.state(make, i).status for i in (hired, ticked, kept)] == [
        "accepted",
        "withdrawn",
        "submitted",
    ]
    assert scene.offer_state(make, offer_there).status == "rejected"
    assert [scene.fresh(make, o).applicants_count for o in openings] == [1, 0, 1]
    assert make.events("application.withdrawn")[0].reason == "hired_elsewhere"


def test_the_engagement_is_scheduled_in_the_same_transaction_or_nothing_is_signed(make: World) -> None:
    opening = scene.opening(make)
    offer = scene.offered(make, scene.applied(make, opening))

    class Broken(Exception):
        pass

    def sign_and_fail() -> None:
        with make.write() as db:
            offers.accept(db, make.actor(make.amara), db.get_one(Offer, offer))
            raise Broken

    with pytest.raises(Broken):
        sign_and_fail()
    with make.read() as db:
        assert db.get_one(Opportunity, opening).seats_taken == 0
    assert scene.offer_state(make, offer).status == "open"
