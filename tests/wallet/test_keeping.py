"""Credentials that people bring: checked by the worker, counted only when all three answers are yes, voided when not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from market import clock
from market.access import SYSTEM
from market.accounts import emails, sessions
from market.credentials.child import Verifier
from market.credentials.proofs.sources import Unavailable
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.evidence import queries as evidence
from market.evidence.models import MatchChange
from market.notifications.models import Notification
from market.transitions import Transition
from market.trust import service as trust
from market.wallet import queries, service, showing
from market.wallet.models import Held, HeldStatus, Visibility
from tests.credentials import maker
from tests.credentials.checking_scene import Web
from tests.support.world import Standing, World
from tests.wallet import scene
from tests.wallet.scene import LIST


@pytest.fixture(scope="module")
def child() -> Iterator[Verifier]:
    with Verifier() as verifier:
        yield verifier


def test_a_badge_to_a_confirmed_address_is_verified_and_known(make: World, child: Verifier) -> None:
    scene.know(make)
    held = scene.checked(make, scene.worker(child), scene.badge())
    assert (held.status, held.bound, held.issuer_known) == (HeldStatus.VERIFIED, "email", True)
    assert (held.title, str(held.issued_on), str(held.expires_on)) == (
        "Seam sealing",
        "2026-01-01",
        "2030-01-01",
    )
    assert held.visibility is Visibility.PRIVATE
    assert scene.ledger(make) == [], "nothing counts before its holder has confirmed a skill"


def test_the_state_goes_through_read_and_checking(make: World, child: Verifier) -> None:
    web = Web({LIST: maker.status_list(LIST)})
    held = scene.checked(make, scene.worker(child, web), scene.badge(status=maker.entry(LIST)))
    with make.read() as db:
        rows = db.exec(
            select(Transition).where(Transition.subject_kind == "held", Transition.subject_id == held.id)
        )
        assert [row.step for row in rows] == ["read", "check", "warn"]


def test_confirmed_skills_count_with_the_level_that_the_badge_states(make: World, child: Verifier) -> None:
    issuer, skill = scene.know(make), scene.skill(make)
    held = scene.checked(make, scene.worker(child), scene.badge(level="Level 4 of 5"))
    assert scene.confirm(make, held.id) == 1
    [row] = scene.ledger(make)
    assert (row.tier, row.skill_id, row.reading_milli) == (3, skill, 4000)
    assert (row.party_kind, row.party_id) == ("issuer", issuer)
    assert (str(row.occurred_on), str(row.expires_on)) == ("2026-01-01", "2030-01-01")
    with make.read() as db:
        assert evidence.stored_levels(db, make.amara.id)[skill] > 0


def test_without_a_stated_level_the_holders_word_counts_up_to_three(make: World, child: Verifier) -> None:
    scene.know(make)
    scene.skill(make)
    held = scene.checked(make, scene.worker(child), scene.badge())
    with make.read() as db:
        [offer] = showing.offers(db, db.get_one(Held, held.id))
    assert offer.reading_milli is None
    with pytest.raises(Invalid):
        scene.confirm(make, held.id, {offer.public_id: 5})
    scene.confirm(make, held.id, {offer.public_id: 3})
    assert [row.reading_milli for row in scene.ledger(make)] == [3000]


def test_skills_that_were_not_offered_cannot_be_confirmed(make: World, child: Verifier) -> None:
    scene.know(make)
    scene.skill(make)
    other = scene.skill(make, "Brain surgery", "")
    held = scene.checked(make, scene.worker(child), scene.badge())
    with make.read() as db:
        from market.skills.models import Skill

        public_id = db.get_one(Skill, other).public_id
    with pytest.raises(Invalid):
        scene.confirm(make, held.id, {public_id: 3})
    assert scene.ledger(make) == []


def test_words_like_a_skills_name_are_offered_for_the_holder_to_confirm(make: World, child: Verifier) -> None:
    scene.know(make)
    skill = scene.skill(make, "Seam sealing", "")
    held = scene.checked(make, scene.worker(child), scene.badge())
    with make.read() as db:
        offers = showing.offers(db, db.get_one(Held, held.id))
    assert [(one.skill_id, str(one.basis)) for one in offers] == [(skill, "suggestion")]
    scene.confirm(make, held.id)
    assert [row.skill_id for row in scene.ledger(make)] == [skill]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"known": False}, "We do not know who issued it"),
        ({"to": ""}, "not shown to be yours"),
        ({"to": "bruno@example.org"}, "not verified"),
    ],
    ids=["unknown issuer", "names nobody we can check", "somebody else's"],
)
def test_what_lacks_one_of_the_three_answers_counts_for_nothing(
    make: World, child: Verifier, given: dict[str, object], reason: str
) -> None:
    if given.get("known", True):
        scene.know(make)
    scene.skill(make)
    held = scene.checked(make, scene.worker(child), scene.badge(str(given.get("to", "amara@example.org"))))
    with make.read() as db:
        assert showing.offers(db, db.get_one(Held, held.id)) == []
    with pytest.raises(Forbidden, match=reason):
        scene.confirm(make, held.id, {"x": 3})
    assert scene.ledger(make) == []


def test_a_badge_withdrawn_at_its_source_is_found_voided_and_told(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    scene.know(make)
    scene.skill(make)
    web = Web({LIST: maker.status_list(LIST)})
    errand = scene.worker(child, web)
    held = scene.checked(make, errand, scene.badge(status=maker.entry(LIST)))
    scene.confirm(make, held.id)
    assert len(scene.ledger(make)) == 1
    web.pages[LIST] = maker.status_list(LIST, (5,))
    standing_clock.move(days=8)
    with make.read() as db:
        before = max(db.exec(select(MatchChange.seq)), default=0)
    make.sweep()
    errand.run(make.engine)
    make.drain()
    assert scene.held(make, held.id).status is HeldStatus.NOT_VERIFIED
    assert scene.ledger(make) == []
    [lost] = make.events("held.lost")
    assert lost.reason == "revoked"
    with make.read() as db:
        told = db.exec(select(Notification).where(Notification.person_id == make.amara.id)).all()
        assert "held.lost:person" in [one.kind for one in told]
        assert db.exec(
            select(MatchChange).where(MatchChange.seq > before, MatchChange.person_id == make.amara.id)
        ).all()


def test_a_suspension_that_is_lifted_counts_again(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    scene.know(make)
    scene.skill(make)
    web = Web({LIST: maker.status_list(LIST, (5,), subject={"statusPurpose": "suspension"})})
    errand = scene.worker(child, web)
    entry = maker.entry(LIST, purpose="suspension")
    web.pages[LIST] = maker.status_list(LIST, subject={"statusPurpose": "suspension"})
    held = scene.checked(make, errand, scene.badge(status=entry))
    scene.confirm(make, held.id)
    for bits, rows in (((5,), 0), ((), 1), ((5,), 0), ((), 1)):
        web.pages[LIST] = maker.status_list(LIST, bits, subject={"statusPurpose": "suspension"})
        standing_clock.move(days=8)
        make.sweep()
        errand.run(make.engine)
        make.drain()
        assert len(scene.ledger(make)) == rows


def test_an_issuer_that_cannot_be_asked_keeps_counting_for_a_while_only(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    scene.know(make)
    scene.skill(make)
    web = Web({LIST: maker.status_list(LIST)})
    errand = scene.worker(child, web)
    held = scene.checked(make, errand, scene.badge(status=maker.entry(LIST)))
    scene.confirm(make, held.id)
    web.pages[LIST] = Unavailable("the site took too long to answer")
    standing_clock.move(days=8)
    make.sweep()
    errand.run(make.engine)
    assert scene.held(make, held.id).status is HeldStatus.INCONCLUSIVE
    assert len(scene.ledger(make)) == 1
    for _week in range(5):
        standing_clock.move(days=8)
        make.sweep()
        errand.run(make.engine)
    assert scene.ledger(make) == []


def test_one_that_has_expired_is_checked_on_the_day_after(
    make: World, child: Verifier, standing_clock: Standing
) -> None:
    scene.know(make)
    ends = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    errand = scene.worker(child)
    held = scene.checked(make, errand, scene.badge(validUntil=ends.isoformat().replace("+00:00", "Z")))
    assert held.status is HeldStatus.VERIFIED
    standing_clock.move(days=3)
    make.sweep()
    errand.run(make.engine)
    make.drain()
    assert scene.held(make, held.id).status is HeldStatus.NOT_VERIFIED
    assert make.events("held.lost")[0].reason == "expired"


def test_refusing_an_issuer_takes_its_badges_out_of_account(make: World, child: Verifier) -> None:
    scene.know(make)
    scene.skill(make)
    errand = scene.worker(child)
    held = scene.checked(make, errand, scene.badge())
    scene.confirm(make, held.id)
    scene.refuse(make)
    errand.run(make.engine)
    make.drain()
    assert scene.held(make, held.id).status is HeldStatus.NOT_VERIFIED
    assert scene.ledger(make) == []
    assert make.events("held.lost")[0].reason == "issuer_denied"


def test_confirming_an_address_makes_a_badge_ones_own(make: World, child: Verifier) -> None:
    scene.know(make)
    errand = scene.worker(child)
    held = scene.checked(make, errand, scene.badge("amara@college.example"))
    assert held.status is HeldStatus.NOT_VERIFIED
    with make.write() as db:
        actor = sessions.actor_for(db, make.amara.id)
        emails.confirm_address(db, emails.add_address(db, actor, "Amara@College.example"))
    make.drain()
    errand.run(make.engine)
    make.drain()
    found = scene.held(make, held.id)
    assert (found.bound, found.status) == ("email", HeldStatus.VERIFIED)


def test_removing_one_forgets_it_and_what_it_counted_for(make: World, child: Verifier) -> None:
    scene.know(make)
    scene.skill(make)
    errand = scene.worker(child)
    held = scene.checked(make, errand, raw := scene.badge())
    scene.confirm(make, held.id)
    with make.write() as db:
        service.remove(db, sessions.actor_for(db, make.amara.id), db.get_one(Held, held.id))
    make.drain()
    gone = scene.held(make, held.id)
    assert (gone.status, gone.title, gone.check_id) == (HeldStatus.REMOVED, "", None)
    assert scene.ledger(make) == []
    with make.read() as db, pytest.raises(NotFound):
        queries.get_held(db, sessions.actor_for(db, make.amara.id), gone.public_id)
    again = scene.checked(make, errand, raw)
    scene.confirm(make, again.id)
    assert again.id != held.id
    assert len(scene.ledger(make)) == 1, "what was voided stays silent; what is brought anew speaks anew"


def test_one_that_is_removed_while_it_is_checked_stays_removed(make: World, child: Verifier) -> None:
    errand = scene.worker(child)
    held = scene.bring(make, scene.badge())

    def removed_meanwhile(url: str, accept: str) -> Unavailable:
        with make.write() as db:
            service.remove(db, sessions.actor_for(db, make.amara.id), db.get_one(Held, held))
        return Unavailable("gone")

    errand.web = removed_meanwhile
    held = scene.bring(make, scene.badge(status=maker.entry(LIST)))
    errand.run(make.engine)
    assert scene.held(make, held).status is HeldStatus.REMOVED


def test_the_same_bytes_are_kept_once_for_each_person(make: World) -> None:
    raw = scene.badge()
    assert scene.bring(make, raw) == scene.bring(make, raw)
    assert scene.bring(make, raw, make.chidi) != scene.bring(make, raw)


def test_nobody_touches_what_another_keeps(make: World) -> None:
    held = scene.held(make, scene.bring(make, scene.badge()))
    with make.write() as db:
        chidi = sessions.actor_for(db, make.chidi.id)
        with pytest.raises(NotFound):
            queries.get_held(db, chidi, held.public_id)
        for touch in (
            lambda: service.show(db, chidi, held, Visibility.PUBLIC),
            lambda: service.check_again(db, chidi, held),
            lambda: service.remove(db, chidi, held),
            lambda: showing.take_back(db, chidi, held, "x"),
        ):
            with pytest.raises(Forbidden):
                touch()


def test_asking_for_a_check_again_at_once_is_held_back(make: World, child: Verifier) -> None:
    held = scene.checked(make, scene.worker(child), scene.badge())
    with make.write() as db, pytest.raises(Conflict):
        service.check_again(db, sessions.actor_for(db, make.amara.id), held)


def test_a_registry_that_begins_to_list_an_issuer_makes_its_badges_known(
    make: World, child: Verifier
) -> None:
    url = "https://registry.example/registry.json"
    web = Web(
        {url: {"registry": {maker.ISSUER.did: {"name": "Harbour College", "url": "https://harbour.example"}}}}
    )
    errand = scene.worker(child, web)
    held = scene.checked(make, errand, scene.badge())
    assert not held.issuer_known
    with make.write() as db:
        from market.trust.models import RegistryKind

        trust.add_registry(db, SYSTEM, RegistryKind.DCC, "College register", url)
    errand.run(make.engine)
    make.drain()
    errand.run(make.engine)
    found = scene.held(make, held.id)
    assert (found.issuer_known, found.status) == (True, HeldStatus.VERIFIED)
