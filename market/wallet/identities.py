"""Showing that an identifier, or a page elsewhere, is one's own.

An identifier is proved by a presentation that its key signs over our challenge: for one person, one site, five minutes,
and once. A page is proved by a link on it that leads to this person's own page here (`rel="me"`). The worker looks, and
looks again every few days: a page that has lost the link proves nothing any more.
"""

import secrets
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, require
from market.accounts.models import Person
from market.config import Settings
from market.credentials.checking import queue
from market.credentials.checking.models import Check
from market.errors import Conflict, Invalid
from market.outbox import Event, announce
from market.wallet import rules
from market.wallet.models import Held, HeldStatus, IdentityProof, ProofKind, ProofStatus
from market.words import _

CLAIM = timedelta(minutes=2)
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))
PAUSE_OF_A_PAGE = timedelta(days=1)  # between tries of a page that stood before
MOST_ANSWER = 256 * 1024


def domain_of(settings: Settings) -> str:
    """The name of this site that a presentation has to be made for."""
    return urlsplit(settings.public_url).netloc


def challenge(db: Session, actor: Actor, domain: str) -> IdentityProof:
    """A new challenge for the actor; one that is still open and unanswered ends with it."""
    _room(db, actor)
    db.exec(
        update(IdentityProof)
        .where(
            col(IdentityProof.person_id) == actor.id,
            col(IdentityProof.kind) == ProofKind.DID,
            col(IdentityProof.status) == ProofStatus.OPEN,
        )
        .values(status=ProofStatus.REFUSED, problem="the challenge is too old", settled_at=clock.now())
    )
    made = IdentityProof(
        person_id=actor.id,
        kind=ProofKind.DID,
        status=ProofStatus.OPEN,
        challenge=secrets.token_urlsafe(32),
        domain=domain,
    )
    db.add(made)
    db.flush()
    return made


def answer(db: Session, actor: Actor, proof: IdentityProof, presentation: bytes) -> None:
    """Hand in a presentation for the worker to look at. A challenge takes one answer, within its five minutes.

    Raises `Conflict` where it was used or has run out, `Invalid` for an answer that is empty or too large.
    """
    _own(actor, proof)
    if not presentation.strip() or len(presentation) > MOST_ANSWER:
        words = _("Paste what your wallet answered, or choose the file it made. At most 256 kB.")
        raise Invalid(words, answer=words)
    now = clock.now()
    taken = db.connection().execute(
        update(IdentityProof)
        .where(
            col(IdentityProof.id) == proof.id,
            col(IdentityProof.status) == ProofStatus.OPEN,
            col(IdentityProof.asked_at) >= now - rules.CHALLENGE_FOR,
        )
        .values(status=ProofStatus.WAITING, answer=presentation, answered_at=now, due_at=now)
    )
    if taken.rowcount != 1:
        raise Conflict(
            _("This challenge was answered already, or its five minutes are over. Ask for a new one.")
        )
    db.refresh(proof)


def link(db: Session, actor: Actor, url: str) -> IdentityProof:
    """A page elsewhere that links back to the actor's page here. The worker looks whether it does."""
    _room(db, actor)
    mine = select(IdentityProof).where(IdentityProof.person_id == actor.id, IdentityProof.value == url)
    if db.exec(mine).first() is not None:
        words = _("This page is in your list already.")
        raise Invalid(words, link=words)
    made = IdentityProof(
        person_id=actor.id,
        kind=ProofKind.PROFILE,
        status=ProofStatus.WAITING,
        value=url,
        answered_at=clock.now(),
    )
    db.add(made)
    db.flush()
    return made


def look_again(db: Session, actor: Actor, proof: IdentityProof) -> None:
    """Have the worker look at a page once more, after a link was put there."""
    _own(actor, proof)
    if proof.kind is not ProofKind.PROFILE or proof.status is not ProofStatus.REFUSED:
        raise Conflict(_("There is nothing to look at again. Ask for a new challenge."))
    proof.status, proof.problem, proof.tries, proof.due_at = ProofStatus.WAITING, "", 0, clock.now()
    db.add(proof)
    db.flush()


def remove(db: Session, actor: Actor, proof: IdentityProof) -> None:
    """Forget it. Credentials that were shown to be one's own by it are checked anew."""
    _own(actor, proof)
    was_held = proof.status is ProofStatus.HELD
    db.delete(proof)
    db.flush()
    if was_held:
        announce(db, "identity.removed", actor, subject=("person", actor.id), person_id=actor.id)


def _own(actor: Actor, proof: IdentityProof) -> None:
    require(rules.may_use_proof(actor, proof))


def _room(db: Session, actor: Actor) -> None:
    db.get_one(Person, actor.id, with_for_update=True)
    wanted = select(func.count()).where(
        IdentityProof.person_id == actor.id, IdentityProof.status != ProofStatus.REFUSED
    )
    if db.exec(wanted).one() >= rules.MOST_IDENTITIES:
        words = _("You keep %(n)s identifiers and pages. Remove one first.", n=rules.MOST_IDENTITIES)
        raise Invalid(words, link=words)


# -- for the worker


def _due(now: datetime) -> Any:
    """What was handed in, and pages that are to be looked at again."""
    waits = col(IdentityProof.status) == ProofStatus.WAITING
    stands = (col(IdentityProof.status) == ProofStatus.HELD) & (col(IdentityProof.kind) == ProofKind.PROFILE)
    return or_(waits, stands) & (col(IdentityProof.due_at) <= now)


def claim(db: Session) -> IdentityProof | None:
    """Take what has waited longest; another worker takes it up should this one die."""
    now = clock.now()
    wanted = (
        select(IdentityProof)
        .where(_due(now))
        .order_by(col(IdentityProof.due_at), col(IdentityProof.id))
        .limit(1)
    )
    found = db.exec(wanted.with_for_update(skip_locked=True)).first()
    if found is not None:
        found.tries, found.due_at = found.tries + 1, now + CLAIM
        db.add(found)
        db.flush()
    return found


def is_due(db: Session) -> bool:
    return db.exec(select(IdentityProof.id).where(_due(clock.now())).limit(1)).first() is not None


def put_back(db: Session, proof: IdentityProof) -> bool:
    """Try again a little later; False when it was tried often enough.

    A page that stood before and cannot be reached is tried for as long as a credential whose issuer cannot be asked.
    """
    now = clock.now()
    if proof.tries <= len(PAUSES):
        proof.due_at = now + PAUSES[proof.tries - 1]
    elif proof.settled_at is not None and now - proof.settled_at <= rules.GRACE:
        proof.due_at, proof.tries = now + PAUSE_OF_A_PAGE, 0
    else:
        return False
    db.add(proof)
    db.flush()
    return True


def settle(db: Session, proof: IdentityProof, value: str | None, problem: str, *, again: timedelta) -> None:
    """Keep what was found: the identifier that was proved, or why nothing was. A page is looked at again after `again`."""
    now, before = clock.now(), proof.status
    proof.answer, proof.settled_at, proof.due_at, proof.tries = None, now, now + again, 0
    other = db.exec(
        select(IdentityProof).where(
            IdentityProof.value == value,
            IdentityProof.status == ProofStatus.HELD,
            IdentityProof.id != proof.id,
        )
    ).first()
    if value is not None and other is not None:
        mine = other.person_id == proof.person_id
        problem = "it is in your list already" if mine else "it was proved for another account here"
    if value is None or other is not None:
        proof.status, proof.problem = ProofStatus.REFUSED, problem[:300]
        name = "identity.lost" if before is ProofStatus.HELD else "identity.refused"
    else:
        proof.status, proof.value, proof.problem = ProofStatus.HELD, value[:500], ""
        name = "identity.proved"
    db.add(proof)
    db.flush()
    if before is not proof.status:  # a page that still links back is no news
        announce(db, name, subject=("person", proof.person_id), person_id=proof.person_id)


def follow_identity(db: Session, event: Event) -> None:
    """Subscriber: what a person can show to be theirs has changed, so whose their credentials are is asked anew."""
    person_id = event.payload.get("person_id")
    wanted = select(Check).join(Held, col(Held.check_id) == col(Check.id))
    for check in db.exec(wanted.where(Held.person_id == person_id, Held.status != HeldStatus.REMOVED)):
        queue.ask_again(db, check)


class _Links(HTMLParser):
    """Gathers the addresses that a page calls the same person's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag in ("a", "link") and "me" in (given.get("rel") or "").lower().split() and given.get("href"):
            self.found.append(given["href"])


def links_back(page: str, page_url: str, own_url: str) -> bool:
    """Does a page link to `own_url` as to the same person's (`rel="me"`)?"""
    reader = _Links()
    reader.feed(page)
    wanted = own_url.rstrip("/")
    return any(urljoin(page_url, one).partition("#")[0].rstrip("/") == wanted for one in reader.found[:500])
