"""What holds for accounts: addresses, names, how long a link is good, and who may do what with an organisation."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from market.access import YES, Actor, Decision, Role, Task, no
from market.lifecycle import Lifecycle, Step

if TYPE_CHECKING:
    from market.accounts.models import Person

VERIFY_FOR = timedelta(days=3)  # a link that confirms an address
RESET_FOR = timedelta(hours=1)  # a link to a new password
INVITATION_FOR = timedelta(days=14)
UNCONFIRMED_FOR = timedelta(days=30)  # then a sign-up is forgotten
MOST_ADDRESSES = 5  # e-mail addresses a person may keep

_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"]{1,64}@(?=.{1,253}\Z)(?:[^\s@.<>()\[\]\\,;:\"_]{1,63}\.)+[^\s@.<>()\[\]\\,;:\"_]{2,63}"
)


class PersonStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASED = "erased"


def is_address(text: str) -> bool:
    """Could mail go there? The one real test is the mail itself; this refuses slips and header tricks."""
    local, _at, domain = text.rpartition("@")
    if not text.isprintable() or ".." in text or local.startswith(".") or local.endswith("."):
        return False
    labels = domain.split(".")
    return bool(_ADDRESS.fullmatch(text)) and not any(la.startswith("-") or la.endswith("-") for la in labels)


def normal_address(text: str) -> str:
    """The form in which two spellings of one address are equal: case is dropped, the domain in its ASCII form.

    Strictly the part before the @ may depend on case; no mail service of today lets it.
    """
    local, _at, domain = text.strip().rpartition("@")
    with suppress(UnicodeError):  # a domain that has no ASCII form is compared as it is
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    return f"{local.casefold()}@{domain.casefold()}"


def browser_name(user_agent: str) -> str:
    """`Firefox on Linux`, as well as it can be told."""
    browsers = (
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
    )  # fmt: skip
    systems = (
        ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"),
        ("Mac OS", "macOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return " on ".join(part for part in (browser, system) if part)


def may_manage(actor: Actor, org_id: int) -> Decision:
    """Change an organisation's page, its members and invitations."""
    if actor.is_admin or actor.may_for(Task.MANAGE, org_id):
        return YES
    return no("Only an owner of this organisation may change that.")


def may_see_members(actor: Actor, org_id: int) -> Decision:
    """See who belongs to it, in which role."""
    return (
        YES if actor.belongs_to(org_id) or actor.is_admin else no("Only its members see who belongs to it.")
    )


def may_invite(actor: Actor, org_id: int, role: Role) -> Decision:
    allowed = may_manage(actor, org_id)
    if not allowed:
        return allowed
    return YES if actor.is_verified else no("Confirm your e-mail address first; then you can invite others.")


def may_found(actor: Actor) -> Decision:
    """Make an organisation."""
    if not actor.is_signed_in:
        return no("Sign in to go on.")
    return (
        YES if actor.is_verified else no("Confirm your e-mail address first: the site writes to you there.")
    )


def may_end_membership(
    actor: Actor, org_id: int, person_id: int, role: Role, owner_ids: Iterable[int]
) -> Decision:
    """Leave a role (one's own) or take it from another. An organisation is never left without an owner."""
    if person_id != actor.id:
        allowed = may_manage(actor, org_id)
        if not allowed:
            return allowed
    if role is Role.OWNER and set(owner_ids) <= {person_id}:
        return no("This is the last owner. Make someone else an owner first.")
    return YES


def may_verify_organisation(actor: Actor) -> Decision:
    """State that an organisation is who it says it is."""
    return (
        YES
        if actor.is_moderator or actor.is_admin or actor.is_system
        else no("Only moderators verify organisations.")
    )


def may_block(actor: Actor, *, person_id: int | None = None, org_id: int | None = None) -> Decision:
    if person_id is not None and person_id == actor.id:
        return no("You cannot block yourself.")
    if org_id is not None and actor.belongs_to(org_id):
        return no("You belong to this organisation. Leave it first.")
    return YES


def parties(actor: Actor, person: "Person") -> frozenset[str]:
    """What this actor is to a person's account. Nobody closes their own, and only admins close a moderator's."""
    staff = person.is_moderator or person.is_admin
    above = actor.is_admin or (actor.is_moderator and not staff)
    return frozenset({"moderator"}) if above and actor.id != person.id else frozenset()


LIFECYCLE = Lifecycle(
    "person",
    PersonStatus.ACTIVE,
    Step(
        "suspend",
        (PersonStatus.ACTIVE,),
        PersonStatus.SUSPENDED,
        ("moderator",),
        "account.suspended",
        "Close the account",
        reasoned=True,
    ),
    Step(
        "restore",
        (PersonStatus.SUSPENDED,),
        PersonStatus.ACTIVE,
        ("moderator",),
        "account.restored",
        "Open the account again",
    ),
    parties=parties,
    reserved=frozenset({PersonStatus.ERASED}),  # erasure comes with privacy
)
