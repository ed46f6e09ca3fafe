"""Going along with the check of a credential that someone keeps here: whose it should be, its state, what it counts for.

All of it happens in the transaction that keeps the report, so that a report that says “withdrawn” and a ledger that
still counts the credential are never both there.
"""

from contextlib import suppress
from datetime import date, datetime

from sqlmodel import Session

from market import clock
from market.access import SYSTEM
from market.config import Settings
from market.credentials.checking import signed
from market.credentials.checking.models import Check, Stage
from market.credentials.documents import did_web
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Verification
from market.transitions import take
from market.trust import service as trust
from market.wallet import ledger, queries, rules, showing
from market.wallet.models import Held, HeldStatus


class Wallet:
    """The follower of checks (`credentials.checking.work.Follower`) that belong to a wallet."""

    def __init__(self, settings: Settings) -> None:
        self._own = did_web(settings.public_url)

    def person(self, db: Session, check: Check) -> Person | None:
        """The addresses and identifiers of the one who brought it, as they are now."""
        if check.person_id is None:
            return None
        emails = queries.proved_addresses(db, check.person_id)
        return Person(emails, queries.proved_identifiers(db, check.person_id))

    def reached(self, db: Session, check: Check, stage: Stage) -> None:
        """The state says how far the first check has come. A check made again leaves it until there is a report."""
        held = queries.held_by_check(db, check.id)
        if held is None:
            return
        if stage is Stage.READ and held.status is HeldStatus.RECEIVED:
            take(db, SYSTEM, held, "read", person_id=held.person_id)
        elif stage is Stage.ASKING and held.status in (HeldStatus.RECEIVED, HeldStatus.PARSED):
            take(db, SYSTEM, held, "check", person_id=held.person_id)

    def settled(self, db: Session, check: Check, made: Verification) -> None:
        """The report's verdict becomes the state, and the ledger follows."""
        held = queries.held_by_check(db, check.id)
        if held is None or held.status is HeldStatus.REMOVED:
            return
        now = clock.now()
        changes = self._facts(db, made) | {"checked_at": now}
        if made.verdict in ("verified", "verified_with_warnings"):
            changes["verified_at"] = now
        step = rules.step_to(held.status, made.verdict)
        if step is None:
            _change(db, held, changes)
        else:
            codes = [one.code for one in made.of("fail")]
            reason = rules.why_lost(codes) if step == "lose" else None
            take(db, SYSTEM, held, step, reason=reason, changes=changes, person_id=held.person_id)
        ledger.settle(
            db, held, {trust.meet(db, issuer).id for issuer, _said in showing.parts(check.report or {})}
        )

    def _facts(self, db: Session, made: Verification) -> dict[str, object]:
        """What the list of credentials says of this one. What is not shown any more stays as it was last."""
        facts: dict[str, object] = {"issuer_known": made.issuer.known, "bound": made.bound or ""}
        if made.readable and made.format != "url":
            facts["kind"] = made.format or ""
        if not made.view:
            return facts
        said = signed.said(made)
        facts |= {"title": said.title, "issued_on": _day(said.issued), "expires_on": _day(said.ends)}
        if made.issuer.id:
            own_name = "" if made.issuer.known else made.issuer.name or ""
            facts["issuer_id"] = trust.meet(db, made.issuer.id, own_name).id
            facts["issued_here"] = made.issuer.id == self._own or made.issuer.id.startswith(f"{self._own}:")
        return facts


def _change(db: Session, held: Held, changes: dict[str, object]) -> None:
    for name, value in changes.items():
        setattr(held, name, value)
    db.add(held)
    db.flush()


def _day(text: str) -> date | None:
    """The day of a date that was checked already; None where there is none."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).date()
    with suppress(ValueError):
        return date.fromisoformat(text[:10])
    return None
