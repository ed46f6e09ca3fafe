"""Issuing: from a draft to a document that our own verifier accepts, and everything that may become of it."""

import io
import json
import threading
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from market import clock, timers
from market.access import SYSTEM, Role
from market.accounts.sessions import actor_for
from market.credentials import achievements, issuing, making, queries
from market.credentials.issuing import EvidenceItem, Result
from market.credentials.models import Achievement, Issued, Signed, StatusEntry, StatusList
from market.credentials.rules import AchievementStatus, Status, Visibility
from market.errors import Conflict, Forbidden, Invalid, MarketError, NotFound
from market.notifications.models import Notification
from tests.credentials import issuing_scene as scene
from tests.support.client import Client
from tests.support.world import World


def told(make: World, person_id: int) -> list[str]:
    with make.read() as db:
        rows = db.exec(
            select(Notification).where(Notification.person_id == person_id).order_by(col(Notification.id))
        ).all()
        return [one.kind.partition(":")[0] for one in rows]


def status(make: World, issued_id: int) -> Status:
    with make.read() as db:
        return db.get_one(Issued, issued_id).status


def act(make: World, who: Any, issued_id: int, what: Any, *more: Any) -> None:
    with make.write() as db:
        what(db, actor_for(db, who.id), db.get_one(Issued, issued_id), *more)
    make.drain()


def test_a_draft_is_signed_and_offered_by_the_worker_and_the_holder_is_told(make: World) -> None:
    made = scene.issued(make, drain=False)
    assert status(make, made) is Status.DRAFTED
    make.drain()
    assert status(make, made) is Status.OFFERED
    assert told(make, make.amara.id) == ["credential.offered"]
    with make.read() as db:
        found = scene.check(db, scene.document(db, made), emails=(make.amara.email,))
        assert found.verdict == "verified", [c.message for c in found.checks if c.status != "pass"]
        assert found.bound == "email"
        assert found.issuer.name == make.bakery.name
        stranger = scene.check(db, scene.document(db, made), emails=(make.chidi.email,))
        assert scene.codes(stranger) == {"recipient_mismatch"}


def test_the_document_says_what_the_design_asks(make: World) -> None:
    ends = clock.now() + timedelta(days=400)
    part = scene.issued(make, accepted=True)
    whole = scene.achievement(make, name="A week of baking")
    with make.write() as db:
        what = db.get_one(Achievement, whole)
        made = issuing.issue(
            db,
            actor_for(db, make.bruno.id),
            what,
            make.amara.id,
            results=scene.results(db, what),
            evidence=[EvidenceItem("Plan", "Who bakes what.", "https://example.com/plan.pdf", "ab" * 32)],
            parts=[db.get_one(Issued, part)],
            valid_until=ends,
        ).id
        public_id, part_id = what.public_id, db.get_one(Issued, part).public_id
    make.drain()
    with make.read() as db:
        found = scene.document(db, made)
        assert scene.check(db, found).verdict == "verified"
    assert found["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ]
    assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert found["issuer"]["id"] == f"did:web:testserver:o:{make.bakery.public_id}"
    assert found["proof"]["verificationMethod"] == f"{found['issuer']['id']}#key-2026-11"
    assert found["validUntil"] == f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    subject = found["credentialSubject"]
    assert "id" not in subject
    assert subject["identifier"][0]["identityHash"].startswith("sha256$")
    assert len(subject["identifier"][0]["salt"]) == 32
    what_was_earned = subject["achievement"]
    assert what_was_earned["id"] == f"http://testserver/achievements/{public_id}"
    assert "type" not in what_was_earned["criteria"]
    assert {one["targetUrl"] for one in what_was_earned["alignment"]} >= {scene.ESCO}
    levels = {
        one["id"]: {level["id"] for level in one["rubricCriterionLevel"]}
        for one in what_was_earned["resultDescription"]
    }
    assert all(one["requiredLevel"] in levels[one["id"]] for one in what_was_earned["resultDescription"])
    assert len(subject["result"]) == 2
    assert all(one["achievedLevel"] in levels[one["resultDescription"]] for one in subject["result"])
    assert found["credentialStatus"]["statusPurpose"] == "revocation"
    assert found["evidence"][0]["id"] == "https://example.com/plan.pdf"
    assert found["evidence"][1]["id"] == f"http://testserver/credentials/{part_id}"
    assert found["relatedResource"][0]["digestSRI"].startswith("sha256-")
    assert "amara" not in json.dumps(found).lower(), "no name and no address stand in it"


@pytest.mark.parametrize("public", [True, False])
def test_the_holder_accepts_it_for_everyone_or_for_themselves(make: World, public: bool) -> None:
    made = scene.issued(make)
    act(make, make.amara, made, issuing.accept, public)
    with make.read() as db:
        one = db.get_one(Issued, made)
        assert one.status is Status.ACCEPTED
        if public:
            assert queries.readable(db, actor_for(db, make.chidi.id), one.public_id).id == made
        else:
            with pytest.raises(NotFound):
                queries.readable(db, actor_for(db, make.chidi.id), one.public_id)
        assert queries.readable(db, actor_for(db, make.bruno.id), one.public_id).id == made
    assert "credential.accepted" in told(make, make.bruno.id)


def test_what_is_refused_is_withdrawn_and_hidden(make: World) -> None:
    made = scene.issued(make)
    act(make, make.amara, made, issuing.refuse)
    with make.read() as db:
        assert scene.codes(scene.check(db, scene.document(db, made))) == {"revoked"}
        one = db.get_one(Issued, made)
        with pytest.raises(NotFound):
            queries.readable(db, actor_for(db, make.chidi.id), one.public_id)
        assert queries.issued_to(db, make.amara.id) == []


def test_revoked_suspended_and_reinstated_show_wherever_it_is_checked(make: World) -> None:
    made = scene.issued(make, accepted=True)
    act(make, make.bruno, made, issuing.suspend, "We are looking into it.")
    with make.read() as db:
        copy = scene.document(db, made)
        assert scene.codes(scene.check(db, copy)) == {"revoked"}
        assert db.get_one(Issued, made).withdrawn_reason == "We are looking into it."
    act(make, make.bruno, made, issuing.reinstate)
    with make.read() as db:
        assert scene.check(db, scene.document(db, made)).verdict == "verified"
        assert scene.codes(scene.check(db, copy)) == {"revoked"}, "a list takes nothing back"
        assert db.get_one(Issued, made).status is Status.ACCEPTED
    act(make, make.bruno, made, issuing.revoke, "Issued by mistake.")
    with make.read() as db:
        assert scene.codes(scene.check(db, scene.document(db, made))) == {"revoked"}
    with pytest.raises(Conflict):
        act(make, make.bruno, made, issuing.reinstate)
    kinds = told(make, make.amara.id)
    assert kinds[1:] == ["credential.suspended", "credential.reinstated", "credential.revoked"]


def test_a_suspended_offer_goes_back_to_being_an_offer(make: World) -> None:
    made = scene.issued(make)
    act(make, make.bruno, made, issuing.suspend, "Wait.")
    with pytest.raises(Conflict):
        act(make, make.amara, made, issuing.accept, True)
    act(make, make.bruno, made, issuing.reinstate)
    assert status(make, made) is Status.OFFERED


def test_withdrawing_needs_a_reason(make: World) -> None:
    made = scene.issued(make)
    for what in (issuing.revoke, issuing.suspend):
        with pytest.raises(Invalid):
            act(make, make.bruno, made, what, "  ")


def test_a_draft_that_is_revoked_is_never_signed(make: World) -> None:
    made = scene.issued(make, drain=False)
    act(make, make.bruno, made, issuing.revoke, "The wrong person.")
    with make.read() as db:
        assert db.get_one(Issued, made).status is Status.REVOKED
        assert db.exec(select(Signed)).all() == []
    assert told(make, make.amara.id) == []


def test_the_newer_one_takes_the_place_and_needs_no_second_yes(make: World) -> None:
    old = scene.issued(make, accepted=True)
    new = scene.issued(make, drain=False)
    with make.write() as db:
        bruno = actor_for(db, make.bruno.id)
        issuing.supersede(db, bruno, db.get_one(Issued, old), db.get_one(Issued, new))
    make.drain()
    with make.read() as db:
        before, after = db.get_one(Issued, old), db.get_one(Issued, new)
        assert (before.status, before.superseded_by) == (Status.SUPERSEDED, new)
        assert (after.status, after.visibility) == (Status.ACCEPTED, Visibility.PUBLIC)
        assert scene.codes(scene.check(db, scene.document(db, old))) == {"revoked"}
        assert scene.check(db, scene.document(db, new)).verdict == "verified"
    assert told(make, make.amara.id) == ["credential.offered", "credential.superseded"]


def test_only_another_of_the_same_person_takes_the_place(make: World) -> None:
    one = scene.issued(make)
    other = scene.issued(make, to=make.chidi)
    bruno = make.actor(make.bruno)
    with make.write() as db, pytest.raises(Forbidden):
        issuing.supersede(db, bruno, db.get_one(Issued, one), db.get_one(Issued, other))


def test_it_runs_out_after_a_reminder(make: World, standing_clock: Any) -> None:
    made = scene.issued(make, scene.achievement(make, valid_months=2), accepted=True)
    for days in (30, 3, 30):
        standing_clock.move(days=days)
        timers.sweep(make.engine)
        make.drain()
    assert told(make, make.amara.id) == ["credential.offered", "credential.expiring", "credential.expired"]
    assert status(make, made) is Status.EXPIRED
    with make.read() as db:
        assert "expired" in scene.codes(scene.check(db, scene.document(db, made)))


def test_the_same_source_issues_once_also_when_two_ask_at_once(make: World) -> None:
    what = scene.achievement(make)
    ready = threading.Barrier(4)
    made: list[int] = []

    def ask() -> None:
        ready.wait()
        with make.write() as db:
            found = db.get_one(Achievement, what)
            made.append(issuing.issue(db, SYSTEM, found, make.amara.id, source=("assessment", 7)).id)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    make.drain()
    assert len(set(made)) == 1
    assert len(made) == 4
    assert told(make, make.amara.id) == ["credential.offered"]


def test_of_two_who_revoke_at_once_one_does(make: World) -> None:
    made = scene.issued(make, accepted=True)
    ready, said = threading.Barrier(2), []

    def ask() -> None:
        ready.wait()
        try:
            with make.write() as db:
                issuing.revoke(db, actor_for(db, make.bruno.id), db.get_one(Issued, made), "Twice.")
            said.append("done")
        except MarketError as refused:
            said.append(type(refused).__name__)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    make.drain()
    assert sorted(said) == ["Conflict", "done"]
    assert told(make, make.amara.id).count("credential.revoked") == 1


def test_who_may_not_issue_is_told_why(make: World) -> None:
    what = scene.achievement(make)
    draft = scene.achievement(make, published=False)
    newcomer = make.person(verified=False)
    issuer = make.member(make.bakery, Role.ISSUER)
    for who, which, to, expected in (
        (make.mira, what, make.amara, "Only owners and issuers"),
        (make.chidi, what, make.amara, "Only owners and issuers"),
        (issuer, draft, make.amara, "Publish this first"),
        (issuer, what, issuer, "to yourself"),
        (issuer, what, newcomer, "has not confirmed"),
    ):
        with make.write() as db, pytest.raises(Forbidden) as refused:
            issuing.issue(db, actor_for(db, who.id), db.get_one(Achievement, which), to.id)
        assert expected in refused.value.reason


@pytest.mark.parametrize(
    "more",
    [
        {"results": [Result(999_999, 3)]},
        {"evidence": [EvidenceItem("")]},
        {"evidence": [EvidenceItem("Plan", url="http://insecure.example")]},
        {"evidence": [EvidenceItem("Plan", sha256="xyz")]},
        {"evidence": [EvidenceItem("Plan", url="https://10.0.0.1/plan")]},
        {"evidence": [EvidenceItem("Plan", url="https://example.com/a b")]},
        {"evidence": [EvidenceItem("Plan", url="https://user@example.com/a")]},
        {"evidence": [EvidenceItem("Plan", url="http://testserver/credentials/aaaa")]},
        {"evidence": [EvidenceItem(n, url="https://example.com/a") for n in ("Plan", "Other")]},
        {"valid_until": "past"},
    ],
    ids=[
        "results of another rubric",
        "no name",
        "plain http",
        "no hash",
        "an internal host",
        "no address",
        "a user in it",
        "one of ours",
        "the same twice",
        "an end that is past",
    ],
)
def test_what_cannot_stand_in_a_credential_is_refused(make: World, more: dict[str, Any]) -> None:
    what = scene.achievement(make)
    given = {name: clock.now() if value == "past" else value for name, value in more.items()}
    bruno = make.actor(make.bruno)
    with make.write() as db, pytest.raises(Invalid):
        issuing.issue(db, bruno, db.get_one(Achievement, what), make.amara.id, **given)


def test_a_published_achievement_changes_by_a_new_version(make: World) -> None:
    first = scene.achievement(make)
    with make.write() as db:
        bruno = actor_for(db, make.bruno.id)
        one = db.get_one(Achievement, first)
        with pytest.raises(Forbidden):
            achievements.save_achievement(db, bruno, one, achievements.draft_of(db, one))
        two = achievements.new_version(db, bruno, one)
        with pytest.raises(Conflict):
            achievements.new_version(db, bruno, one)
        changed = achievements.draft_of(db, two)._replace(name="Bread for fifty")
        achievements.save_achievement(db, bruno, two, changed)
        issuing.publish_achievement(db, bruno, two)
        assert (one.status, two.status) == (AchievementStatus.RETIRED, AchievementStatus.PUBLISHED)
        assert (two.line, two.version) == (one.line, 2)
        with pytest.raises(Forbidden):
            issuing.issue(db, bruno, one, make.amara.id)


def as_read(make: World, made: int) -> Achievement:
    """The draft as somebody read it who has not seen what happens from here on."""
    with make.read() as db:
        seen = db.get_one(Achievement, made)
        db.expunge(seen)
    return seen


def test_what_went_out_while_someone_wrote_stays_as_it_went_out(make: World) -> None:
    made = scene.achievement(make, published=False)
    seen = as_read(make, made)
    with make.write() as db:
        achievements.publish_achievement(db, actor_for(db, make.bruno.id), db.get_one(Achievement, made))
    with make.write() as db:
        db.add(seen)
        with pytest.raises(Forbidden, match="stays as it is"):
            achievements.save_achievement(
                db, actor_for(db, make.bruno.id), seen, achievements.draft_of(db, seen)
            )


def test_what_went_out_while_someone_meant_to_throw_it_away_stays(make: World) -> None:
    made = scene.achievement(make, published=False)
    seen = as_read(make, made)
    with make.write() as db:
        achievements.publish_achievement(db, actor_for(db, make.bruno.id), db.get_one(Achievement, made))
    with make.write() as db:
        db.add(seen)
        with pytest.raises(Forbidden, match="stays as it is"):
            achievements.discard_draft(db, actor_for(db, make.bruno.id), seen)


def test_who_writes_at_what_was_thrown_away_meanwhile_is_told_so(make: World) -> None:
    made = scene.achievement(make, published=False)
    seen = as_read(make, made)
    with make.read() as db:
        draft = achievements.draft_of(db, seen)
    with make.write() as db:
        achievements.discard_draft(db, actor_for(db, make.bruno.id), db.get_one(Achievement, made))
    with make.write() as db:
        db.add(seen)
        with pytest.raises(NotFound, match="threw this away"):
            achievements.save_achievement(db, actor_for(db, make.bruno.id), seen, draft)


def test_an_incomplete_achievement_is_not_published(make: World) -> None:
    with make.write() as db:
        bruno = actor_for(db, make.bruno.id)
        draft = achievements.Draft("", "", "", "Crown")
        made = achievements.create_achievement(db, bruno, make.bakery.id, draft)
        with pytest.raises(Invalid) as refused:
            issuing.publish_achievement(db, bruno, made)
        assert set(refused.value.fields) == {"name", "description", "criteria", "kind"}


def test_a_whole_record_holds_what_was_accepted_and_counts(make: World, client: Client) -> None:
    what = scene.achievement(make)
    one, other = scene.issued(make, what, accepted=True), scene.issued(make, what, accepted=True)
    scene.issued(make, what)  # not accepted
    act(make, make.bruno, other, issuing.revoke, "A mistake.")
    with make.read() as db:
        text = making.record(db, make.amara.id)
        assert text is not None
        found = scene.check(db, text, emails=(make.amara.email,))
        assert (found.verdict, found.format, found.bound) == ("verified", "clr-2.0", "email")
        assert [inner.verdict for inner in found.inner] == ["verified"]
        assert json.loads(text)["credentialSubject"]["verifiableCredential"] == [scene.document(db, one)]
        assert making.record(db, make.chidi.id) is None
    packed = client.as_(make.amara).get("/credentials/mine/all.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as files:
        assert json.loads(files.read("record.json"))["issuer"]["id"] == "did:web:testserver"


def test_places_in_the_lists_are_random_and_each_is_taken_once(make: World) -> None:
    what = scene.achievement(make)
    for _each in range(3):
        scene.issued(make, what)
    with make.read() as db:
        lists = db.exec(select(StatusList)).all()
        assert [one.taken for one in lists] == [3]
        assert all(one.size >= 131_072 for one in lists)
        places = [(one.list_id, one.position) for one in db.exec(select(StatusEntry)).all()]
        assert len(set(places)) == 3
        positions = sorted(position for _list, position in places)
        assert positions[-1] - positions[0] > 100, "not one after the other"
