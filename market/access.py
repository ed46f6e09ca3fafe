"""Who is acting, what they may do, and the sentence that says so.

A capability (`talent`, `recruits`, ...) stands on a route and asks only about the actor; what an actor may do
with one thing is asked of that feature's `rules.may_...`. Both answer with a `Decision`: truthy or not, with
the words that a refused person reads. The same decision refuses a request and explains a closed button.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from market.errors import Forbidden


class Decision(NamedTuple):
    """Allowed or not, with the reason as a sentence to the person."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(True)


def no(reason: str) -> Decision:
    """A refusal, in the words the person will read."""
    return Decision(False, reason)


def require(decision: Decision) -> None:
    """Go on when allowed; raise `Forbidden` with the reason when not."""
    if not decision:
        raise Forbidden(decision.reason)


class Role(StrEnum):
    """What a person is in an organisation."""

    OWNER = "owner"
    RECRUITER = "recruiter"
    MENTOR = "mentor"
    ISSUER = "issuer"


class Task(StrEnum):
    """What members do for their organisation."""

    MANAGE = "manage"  # members, invitations, the organisation's own page
    POST = "post"  # write, publish and change openings
    DECIDE = "decide"  # read applications, answer them, make offers
    SUPERVISE = "supervise"  # milestones, deliverables, messages of an engagement
    ASSESS = "assess"  # judge by the rubric
    PAY = "pay"  # declare what was paid
    REVIEW = "review"  # write the organisation's review
    ISSUE = "issue"  # achievements and credentials


# Who may do what in an organisation. A mentor does so only in the engagements given to them.
MAY: dict[Role, frozenset[Task]] = {
    Role.OWNER: frozenset(Task),
    Role.RECRUITER: frozenset({Task.POST, Task.DECIDE, Task.SUPERVISE, Task.ASSESS, Task.PAY, Task.REVIEW}),
    Role.MENTOR: frozenset({Task.SUPERVISE, Task.ASSESS, Task.REVIEW}),
    Role.ISSUER: frozenset({Task.ISSUE}),
}


class Membership(NamedTuple):
    """One role of the actor in one organisation."""

    id: int
    org_id: int
    role: Role
    org_name: str = ""


def roles_for(task: Task) -> tuple[Role, ...]:
    """The roles that carry a task."""
    return tuple(role for role in Role if task in MAY[role])


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting now: a person with all their memberships, a visitor (id 0), or the system itself."""

    id: int = 0
    public_id: str = ""
    name: str = ""
    memberships: tuple[Membership, ...] = ()
    is_moderator: bool = False
    is_admin: bool = False
    is_system: bool = False
    is_verified: bool = False
    time_zone: str = "UTC"
    language: str = "en"
    unread_count: int = 0
    session_id: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.id != 0

    def belongs_to(self, org_id: int | None) -> bool:
        """In any role."""
        return any(m.org_id == org_id for m in self.memberships)

    def may_for(self, task: Task, org_id: int | None) -> bool:
        """Does one of this actor's roles in the organisation carry the task?"""
        return any(m.org_id == org_id and task in MAY[m.role] for m in self.memberships)

    def roles_in(self, org_id: int | None) -> frozenset[Role]:
        return frozenset(m.role for m in self.memberships if m.org_id == org_id)

    def orgs_for(self, task: Task) -> tuple[int, ...]:
        """Organisations for which this actor may do the task, in order of membership, each once."""
        return tuple(dict.fromkeys(m.org_id for m in self.memberships if task in MAY[m.role]))

    @property
    def org_ids(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(m.org_id for m in self.memberships))


VISITOR = Actor()
SYSTEM = Actor(is_system=True, name="Foothold")


# Capabilities: what a route declares with allow=.


def anyone(actor: Actor) -> Decision:
    """Visitors too."""
    return YES


def signed_in(actor: Actor) -> Decision:
    return YES if actor.is_signed_in else no("Sign in to go on.")


def visitor(actor: Actor) -> Decision:
    """Pages for people who have not signed in yet."""
    return no("You are signed in already.") if actor.is_signed_in else YES


def talent(actor: Actor) -> Decision:
    """Anyone signed in may offer skills; e-mail comes first, since answers are sent there."""
    if not actor.is_signed_in:
        return no("Sign in to go on.")
    return YES if actor.is_verified else no("Confirm your e-mail address first: the answer is sent there.")


def _for_some_organisation(actor: Actor, task: Task, words: str) -> Decision:
    if not actor.is_signed_in:
        return no("Sign in to go on.")
    return YES if actor.orgs_for(task) else no(words)


def member(actor: Actor) -> Decision:
    """Belongs to an organisation, in any role."""
    if not actor.is_signed_in:
        return no("Sign in to go on.")
    return YES if actor.memberships else no("This page is for members of an organisation.")


def manages(actor: Actor) -> Decision:
    return _for_some_organisation(actor, Task.MANAGE, "This page is for owners of an organisation.")


def recruits(actor: Actor) -> Decision:
    return _for_some_organisation(
        actor, Task.DECIDE, "This page is for people who post openings for an organisation."
    )


def supervises(actor: Actor) -> Decision:
    return _for_some_organisation(
        actor, Task.SUPERVISE, "This page is for people who look after work for an organisation."
    )


def issues(actor: Actor) -> Decision:
    return _for_some_organisation(
        actor, Task.ISSUE, "This page is for people who issue credentials for an organisation."
    )


def moderates(actor: Actor) -> Decision:
    if not actor.is_signed_in:
        return no("Sign in to go on.")
    return YES if actor.is_moderator or actor.is_admin else no("This page is for moderators.")


def administers(actor: Actor) -> Decision:
    if not actor.is_signed_in:
        return no("Sign in to go on.")
    return YES if actor.is_admin else no("This page is for administrators.")
