"""Setting a webhook, agreeing to it, and what is put in line for it. Sending lies in `sending`."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.credentials.models import Issued
from market.engagements.models import Assessment, Engagement
from market.engagements.rules import Status as WorkStatus
from market.errors import Conflict, Invalid, NotFound
from market.net.errors import FetchError
from market.net.urls import read_url
from market.outbox import Event, announce
from market.staff import packets
from market.staff.models import Packet
from market.webhooks import queries, rules, sealing
from market.webhooks.models import HandOver, HandOverConsent, Hook
from market.webhooks.rules import HandOverStatus, What
from market.words import _


def put(db: Session, actor: Actor, org_id: int, url: str, ports: Collection[int] = ()) -> tuple[Hook, str]:
    """Set where packets go; the secret is in the answer and nowhere else after it. `Invalid` for what is not https."""
    require(rules.may_set(actor, org_id))
    address = checked(url, ports)
    if queries.hook_of(db, org_id, locked=True) is not None:
        raise Conflict(_("There is one already. Change its address, or remove it first."))
    raw = secrets.token_bytes(rules.SECRET_BYTES)
    made = Hook(org_id=org_id, url=address, sealed=sealing.seal(db, raw), set_by=actor.id)
    db.add(made)
    db.flush()
    announce(db, "webhook.set", actor, subject=("organisation", org_id))
    return made, rules.as_secret(raw)


def checked(url: str, ports: Collection[int] = ()) -> str:
    """The address as it will be asked, at port 443 or one of `ports`. What its name leads to is looked at each time
    before anything is sent."""
    try:
        return read_url(url.strip(), allow_http=False, extra_ports=ports).url
    except FetchError as error:
        raise Invalid(error.reason, url=error.reason) from None


def change(db: Session, actor: Actor, hook: Hook, url: str, ports: Collection[int] = ()) -> bool:
    """Another address with the same secret; what waits goes there. Whether members are asked anew: they agreed to a
    host by its name, and to no other."""
    require(rules.may_set(actor, hook.org_id))
    before, hook.url = rules.host_of(hook.url), checked(url, ports)
    moves = rules.host_of(hook.url) != before
    if moves:
        db.exec(delete(HandOverConsent).where(col(HandOverConsent.org_id) == hook.org_id))
    _keep(db, hook)
    announce(db, "webhook.changed", actor, subject=("organisation", hook.org_id))
    return moves


def rotate(db: Session, actor: Actor, hook: Hook) -> str:
    """A new secret. The old one signs beside it for a day, so that nothing is lost while the other side changes over."""
    require(rules.may_set(actor, hook.org_id))
    raw = secrets.token_bytes(rules.SECRET_BYTES)
    hook.old_sealed, hook.old_until = hook.sealed, clock.now() + rules.OVERLAP
    hook.sealed = sealing.seal(db, raw)
    _keep(db, hook)
    announce(db, "webhook.rotated", actor, subject=("organisation", hook.org_id))
    return rules.as_secret(raw)


def pause(db: Session, actor: Actor, hook: Hook, *, paused: bool) -> None:
    """Hold back what is in line, or go on with it."""
    require(rules.may_set(actor, hook.org_id))
    if paused != (hook.paused_at is not None):
        hook.paused_at = clock.now() if paused else None
        _keep(db, hook)
        name = "webhook.paused" if paused else "webhook.resumed"
        announce(db, name, actor, subject=("organisation", hook.org_id))


def remove(db: Session, actor: Actor, hook: Hook) -> None:
    """Take it away with its deliveries, its secret, and every agreement to it: another address is asked for anew."""
    require(rules.may_set(actor, hook.org_id))
    org_id = hook.org_id
    db.exec(delete(HandOver).where(col(HandOver.hook_id) == hook.id))
    db.exec(delete(HandOverConsent).where(col(HandOverConsent.org_id) == org_id))
    db.delete(hook)
    db.flush()
    announce(db, "webhook.removed", actor, subject=("organisation", org_id))


def test(db: Session, actor: Actor, hook: Hook) -> HandOver:
    """Put a word of no consequence in line."""
    require(rules.may_set(actor, hook.org_id))
    if hook.paused_at is not None:
        raise Conflict(_("It is paused. Go on with it first."))
    made = HandOver(hook_id=hook.id, what=What.TEST)
    db.add(made)
    db.flush()
    return made


def retry(db: Session, actor: Actor, hook: Hook, public_id: str) -> None:
    """Put what was given up in line once more, with the number it had."""
    require(rules.may_set(actor, hook.org_id))
    wanted = select(HandOver).where(HandOver.public_id == public_id, HandOver.hook_id == hook.id)
    found = db.exec(wanted.with_for_update()).first()
    if found is None:
        raise NotFound(_("There is no such delivery."))
    allowed = rules.may_retry(found.status)
    if not allowed:
        raise Conflict(allowed.reason)
    found.status, found.tries, found.due_at = HandOverStatus.WAITING, 0, clock.now()
    found.over_at = found.claimed_until = None
    db.add(found)
    db.flush()


def _keep(db: Session, hook: Hook) -> None:
    db.add(hook)
    db.flush()


# Agreeing


def agree(db: Session, actor: Actor, org_id: int) -> None:
    """From now on one's packets of work with this organisation go to its HR system."""
    require(rules.may_agree(actor, org_id))
    if queries.hook_of(db, org_id) is None:
        raise Conflict(_("There is nothing to agree to: this organisation has no address set."))
    if queries.consents(db, org_id, actor.id):
        return
    _forget(db, org_id, actor.id)  # given in an earlier time here
    db.add(HandOverConsent(org_id=org_id, person_id=actor.id))
    db.flush()
    announce(db, "hand_over.agreed", actor, subject=("organisation", org_id), person_id=actor.id)


def take_back(db: Session, actor: Actor, org_id: int) -> None:
    """No more from this moment; what waits to be sent is dropped."""
    if _forget(db, org_id, actor.id):
        announce(
            db,
            "hand_over.ended",
            actor,
            subject=("organisation", org_id),
            reason="taken_back",
            person_id=actor.id,
        )


def _forget(db: Session, org_id: int, person_id: int) -> bool:
    gone = db.exec(
        delete(HandOverConsent).where(
            col(HandOverConsent.org_id) == org_id, col(HandOverConsent.person_id) == person_id
        )
    )
    hook = queries.hook_of(db, org_id)
    if hook is not None:
        waiting = select(HandOver).where(
            HandOver.hook_id == hook.id,
            HandOver.person_id == person_id,
            HandOver.status == HandOverStatus.WAITING,
        )
        for one in db.exec(waiting.with_for_update()).all():
            one.status, one.over_at = HandOverStatus.DROPPED, clock.now()
            db.add(one)
        db.flush()
    return bool(gone.rowcount)


def end_for_leaver(db: Session, event: Event) -> None:
    """Subscriber: whoever left has agreed to nothing here. Sending asks for the membership too, and did not wait for this."""
    org_id, person_id = event.payload["org_id"], event.payload["person_id"]
    if not queries.consents(db, org_id, person_id) and _forget(db, org_id, person_id):
        subject = ("organisation", org_id)
        announce(db, "hand_over.ended", SYSTEM, subject=subject, reason="left", person_id=person_id)


# What is put in line


def follow_completed(db: Session, event: Event) -> None:
    """Subscriber to completed work, and to a credential of it that was accepted: have the packet made that goes out."""
    engagement = _work_of(db, event)
    if engagement is None or engagement.status is not WorkStatus.COMPLETED:
        return
    if queries.hook_of(db, engagement.org_id) is not None and queries.consents(
        db, engagement.org_id, engagement.person_id
    ):
        packets.ask_for(db, engagement)


def _work_of(db: Session, event: Event) -> Engagement | None:
    if event.subject_kind == "engagement":
        return db.get(Engagement, event.subject_id)
    issued = db.get(Issued, event.subject_id)
    if issued is None or issued.source_kind != "assessment":
        return None
    assessment = db.get(Assessment, issued.source_id)
    return db.get(Engagement, assessment.engagement_id) if assessment is not None else None


def follow_signed(db: Session, event: Event) -> None:
    """Subscriber to a packet that was signed: it goes to the HR system of the organisation, where its person agreed. Once."""
    packet = db.get(Packet, event.payload["packet_id"])
    engagement = db.get(Engagement, packet.engagement_id) if packet is not None else None
    hook = queries.hook_of(db, engagement.org_id, locked=True) if engagement is not None else None
    if packet is None or engagement is None or hook is None:
        return
    if not queries.consents(db, hook.org_id, engagement.person_id):
        return
    if db.exec(select(HandOver.id).where(HandOver.packet_id == packet.id)).first() is not None:
        return
    db.add(HandOver(hook_id=hook.id, what=What.PACKET, packet_id=packet.id, person_id=engagement.person_id))
    db.flush()


def forget_old(db: Session, now: datetime) -> int:
    """Timer: deliveries that are over are forgotten after a month, and an old secret when its day is past."""
    old = delete(HandOver).where(col(HandOver.over_at) < now - rules.KEEP)
    done = int(db.exec(old).rowcount)
    spent = select(Hook).where(col(Hook.old_until).is_not(None), col(Hook.old_until) <= now)
    for hook in db.exec(spent.with_for_update(skip_locked=True)).all():
        hook.old_sealed = hook.old_until = None
        db.add(hook)
        done += 1
    db.flush()
    return done
