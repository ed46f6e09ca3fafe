"""What holds for credentials that are brought here: their states, when one counts as evidence, and at which level."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from market.access import YES, Actor, Decision, no
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.wallet.models import Held, IdentityProof

MOST_HELD = 100
"""Credentials that a person may keep here."""
MOST_IDENTITIES = 10
"""Identifiers and linked profiles of a person."""
MOST_SKILLS = 10
"""Skills that one credential may show."""
OWN_WORD_MOST = 3
"""The highest level a holder may say of a credential that states none: see docs/decisions/0013-credentials-brought-here.md."""
GRACE = timedelta(days=30)
"""How long a credential that was verified keeps counting while its issuer's documents cannot be had."""
CHALLENGE_FOR = timedelta(minutes=5)


class HeldStatus(StrEnum):
    RECEIVED = "received"
    PARSED = "parsed"
    CHECKING = "checking"
    VERIFIED = "verified"
    VERIFIED_WITH_WARNINGS = "verified_with_warnings"
    INCONCLUSIVE = "inconclusive"
    NOT_VERIFIED = "not_verified"
    REMOVED = "removed"


UNDER_WAY = (HeldStatus.RECEIVED, HeldStatus.PARSED, HeldStatus.CHECKING)
GOOD = (HeldStatus.VERIFIED, HeldStatus.VERIFIED_WITH_WARNINGS)


class Visibility(StrEnum):
    """Who sees it beside its holder."""

    PRIVATE = "private"
    PUBLIC = "public"  # whoever may see the holder's profile


class Basis(StrEnum):
    """Why a credential is taken to show a skill."""

    ALIGNMENT = "alignment"  # it names the skill by an address that the taxonomy knows
    SUGGESTION = (
        "suggestion"  # its words are like the skill's name, and its holder has confirmed that it is meant
    )


class ProofKind(StrEnum):
    """What a person shows to be theirs."""

    DID = "did"
    PROFILE = "profile"  # a page elsewhere that links back


class ProofStatus(StrEnum):
    OPEN = "open"  # a challenge that was not answered yet
    WAITING = "waiting"  # the worker looks at it
    HELD = "held"
    REFUSED = "refused"


def parties(actor: Actor, held: "Held") -> frozenset[str]:
    """What this actor is to a credential that was brought here."""
    if actor.is_system:
        return frozenset({"system"})
    return frozenset({"holder"}) if actor.is_signed_in and actor.id == held.person_id else frozenset()


_S = HeldStatus
LIFECYCLE = Lifecycle(
    "held",
    _S.RECEIVED,
    Step("read", (_S.RECEIVED,), _S.PARSED, ("system",), "held.read"),
    Step("check", (_S.RECEIVED, _S.PARSED), _S.CHECKING, ("system",), "held.checking"),
    Step(
        "verify",
        (*UNDER_WAY, _S.VERIFIED_WITH_WARNINGS, _S.INCONCLUSIVE, _S.NOT_VERIFIED),
        _S.VERIFIED,
        ("system",),
        "held.verified",
    ),
    Step(
        "warn",
        (*UNDER_WAY, _S.VERIFIED, _S.INCONCLUSIVE, _S.NOT_VERIFIED),
        _S.VERIFIED_WITH_WARNINGS,
        ("system",),
        "held.verified_with_warnings",
    ),
    Step(
        "leave_open", (*UNDER_WAY, *GOOD, _S.NOT_VERIFIED), _S.INCONCLUSIVE, ("system",), "held.inconclusive"
    ),
    Step("fail", (*UNDER_WAY, _S.INCONCLUSIVE), _S.NOT_VERIFIED, ("system",), "held.not_verified"),
    Step("lose", GOOD, _S.NOT_VERIFIED, ("system",), "held.lost"),
    Step(
        "remove",
        (*UNDER_WAY, *GOOD, _S.INCONCLUSIVE, _S.NOT_VERIFIED),
        _S.REMOVED,
        ("holder",),
        "held.removed",
        "Remove it",
    ),
    parties=parties,
)


def step_to(status: HeldStatus, verdict: str) -> str | None:
    """The step from a state to the one a verdict means; None where it is there already."""
    if status == verdict:
        return None
    if verdict == "not_verified":
        return "lose" if status in GOOD else "fail"
    return {"verified": "verify", "verified_with_warnings": "warn", "inconclusive": "leave_open"}[verdict]


def may_see(actor: Actor, held: "Held") -> Decision:
    """See a credential and its report as its holder does."""
    if actor.is_signed_in and actor.id == held.person_id and held.status is not HeldStatus.REMOVED:
        return YES
    return no(_("There is no such credential here."))


def may_use_proof(actor: Actor, proof: "IdentityProof") -> Decision:
    """Answer a challenge, look again, forget it: one's own only."""
    own = actor.is_signed_in and actor.id == proof.person_id
    return YES if own else no(_("This identifier is not in your list."))


def counts(
    status: HeldStatus, *, known: bool, bound: bool, issued_here: bool, in_grace: bool = False
) -> Decision:
    """Does it count as evidence (T3): verified, from an issuer the site knows, and shown to be its holder's?"""
    if status in UNDER_WAY:
        return no(_("It is still being checked."))
    if status is HeldStatus.INCONCLUSIVE and not in_grace:
        return no(_("Its check could not be finished. We try again; until then it counts for nothing."))
    if status not in GOOD and not in_grace:
        return no(_("It is not verified, so it counts for nothing."))
    if issued_here:
        return no(_("This site issued it, and the work behind it counts already. It is not counted twice."))
    if not known:
        return no(
            _("We do not know who issued it, so it counts for nothing in matching. You can still show it.")
        )
    if not bound:
        return no(_("It is not shown to be yours, so it counts for nothing in matching."))
    return YES


def in_grace(status: HeldStatus, verified_at: datetime | None, now: datetime) -> bool:
    """Is it only that its issuer's documents cannot be had for now, and was it verified not long ago?"""
    return status is HeldStatus.INCONCLUSIVE and verified_at is not None and now - verified_at <= GRACE


_LEVEL_OF_FIVE = re.compile(r"[^\d]{0,24}([1-5])(?:[^\d]{1,12}|/)5[^\d]{0,12}")


def stated_level(words: Iterable[str]) -> int | None:
    """The level from 1 to 5 that one of some texts states out of five (“Level 3 of 5”); None where none does."""
    for text in words:
        found = _LEVEL_OF_FIVE.fullmatch(text.strip())
        if found:
            return int(found[1])
    return None


class Step5(NamedTuple):
    """A result on a described scale: the step reached and the one asked, from 0 upwards."""

    reached: int
    asked: int


def stated_reading(level: int, results: Sequence[Step5]) -> int:
    """What a credential that states a level shows, in thousandths (0-5000): the level, moved by the mean of how far the
    results lie above or below what was asked; a step is a level, as in the rubrics of this site."""
    moved = sum(one.reached - one.asked for one in results) / len(results) if results else 0.0
    return round(1000 * max(0.0, min(5.0, level + moved)))


def own_reading(level: int) -> int:
    """What a credential that states no level shows at the level its holder says, in thousandths."""
    return 1000 * max(1, min(OWN_WORD_MOST, level))


def skill_addresses(url: str) -> tuple[str, ...]:
    """The spellings under which a taxonomy may know the address of a skill: ESCO's own are http, and often linked to
    by https or by the page of its portal."""
    parts = urlsplit(url)
    named = parse_qs(parts.query).get("uri", [""])[0] if parts.netloc.endswith("esco.ec.europa.eu") else ""
    found: list[str] = []
    for one in filter(None, (url, named)):
        bare = one.rstrip("/")
        scheme, sep, rest = bare.partition("://")
        spellings = [one, bare]
        if sep and scheme in ("http", "https"):
            spellings += [f"http://{rest}", f"https://{rest}"]
        found.extend(spelling for spelling in spellings if spelling not in found)
    return tuple(found)


LOST_CODES = frozenset({"revoked", "expired", "suspended", "issuer_denied", "recipient_mismatch"})


def why_lost(codes: Iterable[str]) -> str:
    """The reason code of a credential that no longer verifies: the first that has words of its own, else `changed`."""
    return next((code for code in codes if code in LOST_CODES), "changed")
