"""The completion packet: what someone completed, as one JSON document signed by the organisation, for a personnel system.

It is made when asked for, from what stands then, and signed by the worker with the organisation's issuing key: a Data
Integrity proof of the suite eddsa-jcs-2022 (https://www.w3.org/TR/vc-di-eddsa/), which covers every member of the
document and needs no vocabulary. Whoever reads it takes the key from the organisation's did:web document. It names the
person as the site does and holds no address, no message and no review.
"""

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.models import Organisation, Person
from market.applications.terms import from_json
from market.apprenticeships.models import MentorSession
from market.apprenticeships.queries import hours_of, version_of
from market.apprenticeships.rules import SessionStatus
from market.credentials import address, keys, making, signing
from market.credentials.models import Achievement, Issued
from market.credentials.proofs import di, multi
from market.credentials.proofs.contexts import installed
from market.credentials.proofs.keys import Key
from market.credentials.rules import STANDING, KeyKind
from market.engagements import queries as work
from market.engagements.models import (
    Assessment,
    AssessmentResult,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
)
from market.errors import NotFound
from market.outbox import Event, announce
from market.rubrics.queries import rubric_with_criteria
from market.staff import rules
from market.staff.models import Packet
from market.words import _

SUITE = "eddsa-jcs-2022"
TYPE = "FootholdCompletionPacket"
VERSION = 1


def ask(db: Session, actor: Actor, engagement: Engagement) -> Packet:
    """Have a packet made of completed work; one that waits for the worker is not asked for twice."""
    require(rules.may_make_packet(actor, engagement))
    return ask_for(db, engagement, actor)


def ask_for(db: Session, engagement: Engagement, actor: Actor = SYSTEM) -> Packet:
    """The same, when nobody asks by hand: what it takes is for whoever calls to see to."""
    work.hold(db, engagement)
    found = last_of(db, engagement.id)
    if found is not None and found.document is None:
        return found
    made = Packet(engagement_id=engagement.id, asked_by=actor.id or None)
    db.add(made)
    db.flush()
    announce(db, "packet.asked", actor, subject=("engagement", engagement.id), packet_id=made.id)
    return made


def last_of(db: Session, engagement_id: int) -> Packet | None:
    """The packet of a work that was asked for last."""
    wanted = select(Packet).where(Packet.engagement_id == engagement_id)
    return db.exec(wanted.order_by(col(Packet.id).desc())).first()


def readable(db: Session, actor: Actor, public_id: str) -> Packet:
    """A signed packet that this actor might have asked for; any other is not there."""
    found = db.exec(select(Packet).where(Packet.public_id == public_id)).first()
    engagement = db.get(Engagement, found.engagement_id) if found is not None else None
    if (
        found is None
        or engagement is None
        or found.document is None
        or not rules.may_make_packet(actor, engagement)
    ):
        raise NotFound(_("There is no such document, or it is not yours to see."))
    return found


def sign_asked(db: Session, event: Event) -> None:
    """Write and sign a packet that was asked for, once."""
    wanted = select(Packet).where(Packet.id == event.payload["packet_id"])
    packet = db.exec(wanted.with_for_update()).first()
    if packet is None or packet.document is not None:
        return
    engagement, now = db.get_one(Engagement, packet.engagement_id), clock.now()
    org = db.get_one(Organisation, engagement.org_id)
    issuer = making.issuer_of(org, address.fixed(db))
    key, private = keys.signing_key(db, org.id, KeyKind.ED25519)
    assert isinstance(private, Ed25519PrivateKey)
    plain = contents(db, packet, engagement, org, now)
    packet.document = signing.as_text(signed(plain, private, f"{issuer.did}#{key.name}", now))
    packet.signed_at = now
    db.add(packet)
    db.flush()
    announce(db, "packet.signed", subject=("engagement", engagement.id), packet_id=packet.id)


def signed(plain: dict[str, Any], private: Ed25519PrivateKey, method: str, at: datetime) -> dict[str, Any]:
    """The document with its proof by the verification method `method`, made at `at`."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": signing.stamp(at),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    covered = di.secured(plain, proof, di.SUITES[SUITE], Key("Ed25519", private.public_key()), installed())
    value = "z" + multi.base58_encode(private.sign(covered.data("sha256")))
    return plain | {"proof": proof | {"proofValue": value}}


def contents(
    db: Session, packet: Packet, engagement: Engagement, org: Organisation, now: datetime
) -> dict[str, Any]:
    """What the packet says, from the rows as they stand."""
    base = address.fixed(db).public_url
    person, issuer = db.get_one(Person, engagement.person_id), making.issuer_of(org, address.fixed(db))
    version = version_of(db, engagement) if engagement.programme_version_id is not None else None
    return {
        "type": TYPE,
        "version": VERSION,
        "id": f"{base}/packets/{packet.public_id}",
        "madeAt": signing.stamp(now),
        "organisation": {"id": issuer.did, "name": org.name},
        "person": {"id": f"{base}/people/{person.public_id}", "name": person.display_name or ""},
        "work": {
            "id": f"{base}/work/{engagement.public_id}",
            "title": engagement.title,
            "kind": engagement.kind,
            "startedOn": engagement.started_at.date().isoformat() if engagement.started_at else None,
            "endedOn": engagement.ended_at.date().isoformat() if engagement.ended_at else None,
            "programmeVersion": version.version if version is not None else None,
            "forMembers": engagement.for_members,
        },
        "hours": _hours(db, engagement),
        "steps": [
            {
                "title": one.title,
                "acceptedWhen": one.accepted_when,
                "status": str(one.status),
                "settledOn": one.settled_at.date().isoformat() if one.settled_at else None,
                "versions": one.version,
            }
            for one in work.milestones_of(db, engagement.id)
        ],
        "assessment": _assessment(db, engagement),
        "credentials": _credentials(db, engagement, base),
    }


def _hours(db: Session, engagement: Engagement) -> dict[str, Any]:
    """Hours agreed; minutes logged, and minutes of sessions that both confirmed, where it ran as a programme."""
    held = db.exec(
        select(MentorSession.minutes).where(
            MentorSession.engagement_id == engagement.id, MentorSession.status == SessionStatus.HELD
        )
    ).all()
    return {
        "agreedHours": from_json(engagement.terms).hours,
        "loggedMinutes": sum(day.minutes for day in hours_of(db, engagement.id)),
        "mentorSessions": len(held),
        "mentorMinutes": sum(held),
    }


def _assessment(db: Session, engagement: Engagement) -> dict[str, Any] | None:
    """The last signed judgement by the rubric, criterion by criterion; nothing where there is none."""
    last = db.exec(
        select(Assessment)
        .where(
            Assessment.engagement_id == engagement.id,
            Assessment.status == AssessmentStatus.SIGNED,
            Assessment.by_side != AssessmentSide.SELF,
        )
        .order_by(col(Assessment.signed_at).desc(), col(Assessment.id).desc())
    ).first()
    if last is None:
        return None
    given = {
        one.criterion_id: one
        for one in db.exec(select(AssessmentResult).where(AssessmentResult.assessment_id == last.id))
    }
    view = rubric_with_criteria(db, last.rubric_id)
    return {
        "signedAt": signing.stamp(last.signed_at) if last.signed_at else None,
        "rubric": view.rubric.title,
        "passMark": view.rubric.pass_mark,
        "results": [
            {
                "criterion": c.name,
                "skill": c.skill,
                "levelAsked": c.target_level,
                "needed": c.needed,
                "step": given[c.id].step,
                "means": c.steps[given[c.id].step].anchor,
                "feedback": given[c.id].feedback,
            }
            for c in view.criteria
            if c.id in given
        ],
    }


def _credentials(db: Session, engagement: Engagement, base: str) -> list[dict[str, Any]]:
    """Credentials that came of this work and that its holder accepted, in force now."""
    judged = select(Assessment.id).where(Assessment.engagement_id == engagement.id)
    rows = db.exec(
        select(Issued, Achievement.name)
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .where(
            Issued.source_kind == "assessment",
            col(Issued.source_id).in_(judged),
            col(Issued.status).in_(STANDING),
            col(Issued.accepted_at).is_not(None),
        )
        .order_by(col(Issued.id))
    ).all()
    return [
        {
            "id": f"{base}/credentials/{one.public_id}",
            "name": name,
            "status": str(one.status),
            "validFrom": signing.stamp(one.valid_from),
        }
        for one, name in rows
    ]


class Sealed(NamedTuple):
    """What the site says to whoever holds a copy: who signed, when, and whether it is this document."""

    organisation: str
    org_id: str
    signed_at: datetime
    is_same: bool


def sealed(db: Session, public_id: str, seal: str) -> Sealed:
    """Whether the packet of this number, as signed, has this fingerprint. Nothing of what it says is told.

    `NotFound` where there is none, and where no fingerprint is given: numbers alone say nothing.
    """
    row = db.exec(
        select(Packet, Organisation)
        .join(Engagement, col(Engagement.id) == col(Packet.engagement_id))
        .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
        .where(Packet.public_id == public_id, col(Packet.document).is_not(None))
    ).first()
    if row is None or not seal:
        raise NotFound(_("There is no such document."))
    packet, org = row
    assert packet.document is not None and packet.signed_at is not None  # noqa: PT018 - they are written together
    same = fingerprint(packet.document) == seal.strip().lower()
    return Sealed(org.name, org.public_id, packet.signed_at, same)


def fingerprint(document: str) -> str:
    """The SHA-256 of the signed text, in hexadecimal digits."""
    return hashlib.sha256(document.encode()).hexdigest()


def as_pdf(packet: Packet, address: str) -> bytes:
    """The signed packet as a PDF; `address` is that of its check, to which the fingerprint is added."""
    from market.staff import packet_pdf  # with what draws a PDF, which the site starts without

    document = packet.document or "{}"
    seal = fingerprint(document)
    return packet_pdf.pdf_of(document, packet_pdf.Seal(f"{address}?seal={seal}", seal))


def pretty(packet: Packet) -> str:
    """The document as a file people can read; the proof covers its members, not their spacing."""
    return json.dumps(json.loads(packet.document or "{}"), ensure_ascii=False, indent=2) + "\n"
