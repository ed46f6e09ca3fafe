"""Bringing credentials here and keeping them: adding, showing, hiding, checking again, removing."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from market import clock
from market.access import Actor, require
from market.accounts.models import Person
from market.config import Settings
from market.credentials.checking import queue
from market.credentials.checking.models import Check
from market.errors import Conflict
from market.outbox import Event, announce
from market.transitions import take
from market.trust import queries as trust
from market.wallet import ledger, queries, rules
from market.wallet.models import Held, Visibility
from market.words import _

BATCH = 200


def bring(
    db: Session, actor: Actor, raw: bytes, *, name: str = "", visibility: Visibility = Visibility.PRIVATE
) -> tuple[Held, bool]:
    """Keep a credential (bytes, or its web address as text) as the actor's and have it checked; whether it is new.

    The same bytes are kept once. Raises `Invalid` for what is empty or too large, `Conflict` when the wallet is full.
    """
    db.get_one(Person, actor.id, with_for_update=True)  # one at a time for each person
    before = queries.with_document(db, actor.id, hashlib.sha256(raw).hexdigest())
    if before is not None:
        return before, False
    if queries.held_count(db, actor.id) >= rules.MOST_HELD:
        raise Conflict(_("You keep %(n)s credentials here. Remove one first.", n=rules.MOST_HELD))
    check = queue.check_document(db, raw, name=name, person_id=actor.id)
    made = Held(
        person_id=actor.id,
        check_id=check.id,
        sha256=check.sha256,
        visibility=visibility,
        title="",
    )
    db.add(made)
    db.flush()
    announce(db, "held.received", actor, subject=("held", made.id), person_id=actor.id)
    return made, True


def show(db: Session, actor: Actor, held: Held, visibility: Visibility) -> None:
    """Let others see it, or nobody."""
    require(rules.may_see(actor, held))
    if held.visibility is visibility:
        return
    held.visibility = visibility
    db.add(held)
    db.flush()
    name = "held.shown" if visibility is Visibility.PUBLIC else "held.hidden"
    announce(db, name, actor, subject=("held", held.id), person_id=held.person_id)


def check_again(db: Session, actor: Actor, held: Held) -> None:
    """Have it checked again now. Raises `Conflict` while that is under way, and within two minutes of the last."""
    require(rules.may_see(actor, held))
    check = db.get_one(Check, held.check_id)
    if not queue.may_ask_again(check, clock.now()):
        raise Conflict(_("It was checked a moment ago, or is being checked. Look again in two minutes."))
    queue.ask_again(db, check)


def remove(db: Session, actor: Actor, held: Held) -> None:
    """Forget a credential: its bytes, its reports, and what it counted for."""
    require(rules.may_see(actor, held))
    ledger.end_all(db, held)
    check_id = held.check_id
    blank = {
        "check_id": None, "title": "", "kind": "", "issuer_id": None, "bound": "", "issuer_known": False,
        "issued_on": None, "expires_on": None, "visibility": Visibility.PRIVATE, "sha256": "",
    }  # fmt: skip
    take(db, actor, held, "remove", changes=blank, person_id=held.person_id)
    if check_id is not None:
        queue.forget(db, check_id)


def recheck_due(db: Session, now: datetime) -> int:
    """Timer: have credentials checked again after the days of the setting, and when their last day has passed."""
    before = now - timedelta(days=_settings(db).recheck_days)
    due = queries.due_again(db, now, before, BATCH)
    for place, check in enumerate(due):  # spread, so that one issuer is not asked for all of them at once
        queue.ask_again(db, check, due_at=now + timedelta(seconds=2 * place))
    return len(due)


def follow_decision(db: Session, event: Event) -> None:
    """Subscriber: a moderator has decided about an issuer, so what it issued is checked anew."""
    assert event.subject_id is not None
    _recheck_where_changed(db, queries.of_issuers(db, [event.subject_id]), always=True)


def follow_registry(db: Session, event: Event) -> None:
    """Subscriber: a registry lists others than before. What changed between known and unknown is checked anew."""
    _recheck_where_changed(db, queries.of_issuers(db))


def _recheck_where_changed(db: Session, held: list[Held], *, always: bool = False) -> None:
    issuers = trust.issuers_by_id(db, {one.issuer_id for one in held if one.issuer_id is not None})
    rolls = trust.rolls(db, {one.uri for one in issuers.values()})
    for one in held:
        known = trust.naming(rolls, issuers[one.issuer_id].uri).known if one.issuer_id else False
        differs = known != one.issuer_known and not one.issued_here
        if (always or differs) and one.check_id is not None:
            queue.ask_again(db, db.get_one(Check, one.check_id))


def _settings(db: Session) -> Settings:
    """The site's settings as the engine was told; the defaults where it was not."""
    known: Settings | None = db.get_bind().get_execution_options().get("site_settings")
    return known or Settings()
