"""The lifecycles of an achievement and of a credential issued here, and who may define, issue, accept and revoke."""

import unicodedata
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.words import _, without_unseen

if TYPE_CHECKING:
    from market.credentials.models import Achievement, Issued


class AchievementStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Status(StrEnum):
    """Of a credential issued here."""

    DRAFTED = "drafted"
    SIGNED = "signed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class KeyKind(StrEnum):
    ED25519 = "Ed25519"  # for Data Integrity proofs
    RSA = "RSA"  # for the tokens of Open Badges 3.0


class KeyStatus(StrEnum):
    ACTIVE = "active"  # signs
    RETIRED = "retired"  # listed, so that what it signed holds
    COMPROMISED = "compromised"  # listed nowhere any more


# The kinds of achievement that Open Badges 3.0 names and that fit what is earned here.
KINDS = (
    "Badge",
    "MicroCredential",
    "Competency",
    "CertificateOfCompletion",
    "Certificate",
    "Course",
    "LearningProgram",
    "Fieldwork",
    "CommunityService",
    "Award",
)
MOST_SKILLS = 12
MOST_EVIDENCE = 20
MOST_MONTHS = 240
MOST_NAME, MOST_TEXT = 120, 5000
STANDING = (Status.OFFERED, Status.ACCEPTED, Status.SUSPENDED)  # those with a paper out that counts
REMIND_DAYS = 30  # before a credential runs out


def achievement_parties(actor: Actor, achievement: "Achievement") -> frozenset[str]:
    """Whether this actor issues for the organisation."""
    mine = {"issuer"} if actor.may_for(Task.ISSUE, achievement.org_id) else set()
    return frozenset(mine | ({"system"} if actor.is_system else set()))


def parties(actor: Actor, issued: "Issued") -> frozenset[str]:
    """What this actor is to a credential. Its holder is never its issuer as well."""
    mine = set()
    if actor.is_signed_in and actor.id == issued.person_id:
        mine.add("holder")
    elif actor.may_for(Task.ISSUE, issued.org_id):
        mine.add("issuer")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def plain(text: str) -> str:
    """Text as it may stand in a signed document: NFC, without control characters (verifiers differ in how they write
    them into the canonical form), without halves of characters and without signs that nobody sees."""
    kept = (
        letter
        for letter in without_unseen(text)
        if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs", "Cn")
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class Draft(NamedTuple):
    """What an achievement says, as written."""

    name: str
    description: str
    criteria: str
    kind: str = "Badge"
    skills: tuple[tuple[int, int], ...] = ()  # (skill id, level 1 to 5)
    rubric_id: int | None = None
    valid_months: int | None = None
    language: str = "en"


def problems(draft: Draft) -> dict[str, str]:
    """What is to be mended before this achievement can be published, by field."""
    found = {}
    if not plain(draft.name):
        found["name"] = _("Give it a name: it is what people see first.")
    elif len(draft.name) > MOST_NAME:
        found["name"] = _("Keep the name under %(most)s characters.", most=MOST_NAME)
    if not plain(draft.description):
        found["description"] = _("Say what this is for, in a sentence or two.")
    if not plain(draft.criteria):
        found["criteria"] = _("Say what a person has to do to earn it.")
    for field, text in (("description", draft.description), ("criteria", draft.criteria)):
        if len(text) > MOST_TEXT:
            found[field] = _("Keep this under %(most)s characters.", most=MOST_TEXT)
    if draft.kind not in KINDS:
        found["kind"] = _("Choose one of the kinds in the list.")
    if len(draft.skills) > MOST_SKILLS:
        found["skills"] = _("Name at most %(most)s skills.", most=MOST_SKILLS)
    elif len({skill for skill, _level in draft.skills}) < len(draft.skills):
        found["skills"] = _("A skill stands here twice. Take one away.")
    elif not all(1 <= level <= 5 for _skill, level in draft.skills):
        found["skills"] = _("A level is from 1 to 5.")
    if draft.valid_months is not None and not 1 <= draft.valid_months <= MOST_MONTHS:
        found["valid_months"] = _("Months are from 1 to %(most)s.", most=MOST_MONTHS)
    return found


def may_define(actor: Actor, org_id: int) -> Decision:
    """Write achievements for an organisation."""
    if actor.is_system or actor.may_for(Task.ISSUE, org_id):
        return YES
    return no(_("Only owners and issuers of the organisation define what can be earned."))


def may_write(actor: Actor, achievement: "Achievement") -> Decision:
    """What is published stays as it is, since credentials point to it."""
    if achievement.status is not AchievementStatus.DRAFT:
        return no(_("This is published and stays as it is. Make a new version to change it."))
    return may_define(actor, achievement.org_id)


class Recipient(NamedTuple):
    """What is known of the person who is to get a credential."""

    person_id: int
    is_active: bool = True
    is_reachable: bool = True  # has a confirmed address, or a DID they proved


def may_issue(
    actor: Actor,
    achievement: "Achievement",
    *,
    is_verified: bool,
    to: Recipient | None = None,
) -> Decision:
    """Issue an achievement; with `to`, to this person. `is_verified` is the organisation's."""
    if not actor.is_system and not actor.may_for(Task.ISSUE, achievement.org_id):
        return no(_("Only owners and issuers of the organisation issue its credentials."))
    if achievement.status is AchievementStatus.DRAFT:
        return no(_("Publish this first: a credential points to it for good."))
    if achievement.status is AchievementStatus.RETIRED:
        return no(_("This is retired. Issue its newest version instead."))
    if not is_verified:
        return no(_("The organisation is not verified yet. A moderator looks at it first."))
    if to is None:
        return YES
    if to.person_id == actor.id:
        return no(_("You cannot issue a credential to yourself. Ask a colleague."))
    if not to.is_active:
        return no(_("This person has no active account here."))
    if not to.is_reachable:
        return no(
            _("This person has not confirmed an e-mail address yet, so nothing can be made out to them.")
        )
    return YES


def may_read(actor: Actor, issued: "Issued") -> Decision:
    """See the credential and its signed document: everyone when its holder made it public, else the two sides."""
    is_out = issued.accepted_at is not None and issued.status is not Status.REFUSED
    if is_out and issued.visibility is Visibility.PUBLIC:
        return YES
    if "holder" in parties(actor, issued):
        return YES if issued.status is not Status.DRAFTED else no(_("This is being made."))
    if actor.is_system or actor.may_for(Task.ISSUE, issued.org_id):
        return YES
    return no(_("Its holder has not made this public."))


def may_choose_visibility(actor: Actor, issued: "Issued") -> Decision:
    """The holder, once it is accepted, whatever became of it since."""
    if not (actor.is_signed_in and actor.id == issued.person_id):
        return no(_("Only its holder chooses who sees it."))
    return YES if issued.accepted_at is not None else no(_("Accept it first."))


def months_after(day: datetime, months: int) -> datetime:
    """The same day and time so many months on; the last day of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return day.replace(year=year, month=month, day=min(day.day, last))


def _was_accepted(issued: "Issued", _facts: Any) -> Decision:
    return YES if issued.accepted_at is not None else no(_("This was not accepted yet."))


def _was_not_accepted(issued: "Issued", _facts: Any) -> Decision:
    return YES if issued.accepted_at is None else no(_("This was accepted before."))


def _has_run_out(issued: "Issued", now: Any) -> Decision:
    """`now` is the instant."""
    if issued.valid_until is not None and now is not None and issued.valid_until <= now:
        return YES
    return no(_("This is still valid."))


ACHIEVEMENT_LIFECYCLE = Lifecycle(
    "achievement",
    AchievementStatus.DRAFT,
    Step(
        "publish",
        (AchievementStatus.DRAFT,),
        AchievementStatus.PUBLISHED,
        ("issuer", "system"),
        "achievement.published",
        "Publish it",
    ),
    Step(
        "retire",
        (AchievementStatus.PUBLISHED,),
        AchievementStatus.RETIRED,
        ("issuer", "system"),
        "achievement.retired",
        "Retire it",
    ),
    parties=achievement_parties,
)

_BEFORE_USE = (Status.DRAFTED, Status.SIGNED)

LIFECYCLE = Lifecycle(
    "issued",
    Status.DRAFTED,
    Step("sign", (Status.DRAFTED,), Status.SIGNED, ("system",), "credential.signed"),
    Step("offer", (Status.SIGNED,), Status.OFFERED, ("system",), "credential.offered"),
    Step("accept", (Status.OFFERED,), Status.ACCEPTED, ("holder", "system"), "credential.accepted", "Accept"),
    Step("refuse", (Status.OFFERED,), Status.REFUSED, ("holder",), "credential.refused", "Refuse"),
    Step(
        "suspend",
        (Status.OFFERED, Status.ACCEPTED),
        Status.SUSPENDED,
        ("issuer",),
        "credential.suspended",
        "Suspend",
        reasoned=True,
    ),
    Step(
        "reinstate",
        (Status.SUSPENDED,),
        Status.ACCEPTED,
        ("issuer",),
        "credential.reinstated",
        "Reinstate",
        guard=_was_accepted,
    ),
    Step(
        "reinstate_offer",
        (Status.SUSPENDED,),
        Status.OFFERED,
        ("issuer",),
        "credential.reinstated",
        "Reinstate",
        guard=_was_not_accepted,
    ),
    Step("expire", STANDING, Status.EXPIRED, ("system",), "credential.expired", guard=_has_run_out),
    Step(
        "revoke",
        (*_BEFORE_USE, *STANDING, Status.EXPIRED),
        Status.REVOKED,
        ("issuer", "system"),
        "credential.revoked",
        "Revoke",
        reasoned=True,
    ),
    Step("supersede", STANDING, Status.SUPERSEDED, ("issuer", "system"), "credential.superseded"),
    parties=parties,
)
