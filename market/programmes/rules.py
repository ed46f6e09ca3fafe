"""What a programme may be and become: its states, the steps between them, who may write it, and the fixed numbers."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.programmes.models import Programme


class Status(StrEnum):
    DRAFT = "draft"  # never published
    PUBLISHED = "published"
    RETIRED = "retired"  # no new openings; what runs goes on, and its page stays


class Phase(StrEnum):
    """The five parts, in their order. Mentorship runs beside the others."""

    LEARNING = "learning"
    TASKS = "tasks"
    MENTORSHIP = "mentorship"
    CAPSTONE = "capstone"
    EVIDENCE = "evidence"


class Mode(StrEnum):
    """The form of participation."""

    REMOTE = "remote"
    HYBRID = "hybrid"
    ON_SITE = "on_site"


class ResourceKind(StrEnum):
    READING = "reading"
    VIDEO = "video"
    AUDIO = "audio"
    COURSE = "course"
    WORKSHOP = "workshop"  # has a day and a place, people meet
    PRACTICE = "practice"  # guided: something to do with someone who has done it before


class Captions(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_NEEDED = "not_needed"  # nothing is heard


class Function(StrEnum):
    """What a named member does in a programme."""

    MENTOR = "mentor"
    ASSESSOR = "assessor"
    SECOND_ASSESSOR = "second_assessor"


class Identification(StrEnum):
    """How the organisation knows that it was this person (descriptor: identification of the learner)."""

    ACCOUNT = "account"  # by a confirmed e-mail address or the person's own key
    DOCUMENT = "document"  # an identity document was looked at, and nothing of it kept


class Supervision(StrEnum):
    """Whether somebody watches over the capstone (descriptor, optional)."""

    NONE = "none"
    REMOTE = "remote"
    IN_PERSON = "in_person"


MOST_OUTCOMES = 8
MOST_RESOURCES = 20
MOST_QUESTIONS = 5  # of one resource
MOST_TASKS = 10
MOST_MENTORS = 6
MOST_PREREQUISITES = 6
MOST_WEEKS = 26
MOST_HOURS = 400  # of a whole programme, as for any opening
MOST_HOURS_A_WEEK = 40
LEAST_HOURS_EACH = 3  # for one outcome: less teaches nothing that can be judged
MOST_HOURS_EACH = 60  # for one outcome: more is a job, or hides outcomes that are not named
LEAST_SESSION_MINUTES = 15
SESSION_EVERY_DAYS = 14  # planned sessions lie no further apart
ATTEMPTS = 2  # at the capstone
APPEAL_DAYS = 7  # after the assessment was signed
LOAD_ALARM_PERCENT = 120  # of the planned hours so far: then both are told
NO_SESSION_WARN_DAYS = 14  # amber to both
NO_SESSION_RAISE_DAYS = 21  # a moderator is told
PULSE_EVERY_DAYS = 7


class Ready(NamedTuple):
    """What publishing is asked about."""

    unmet: tuple[str, ...]  # the checks that keep it from going out, in words
    is_verified: bool  # the organisation
    has_draft: bool = True  # there is a version that is not out yet


def parties(actor: Actor, programme: "Programme") -> frozenset[str]:
    """What this actor is to this programme. Publishing makes what will be issued, so a publisher may issue as well."""
    mine = set()
    if actor.may_for(Task.POST, programme.org_id):
        mine.add("author")
        if actor.may_for(Task.ISSUE, programme.org_id):
            mine.add("publisher")
    return frozenset(mine)


def may_write(actor: Actor, org_id: int) -> Decision:
    """Write programmes for this organisation: whoever posts for it."""
    return YES if actor.may_for(Task.POST, org_id) else no(_("You do not post for this organisation."))


def may_see(actor: Actor, programme: "Programme") -> Decision:
    """What was published is for everyone, or for the members alone, also after it is retired; a draft for its writers."""
    if actor.may_for(Task.POST, programme.org_id):
        return YES
    if programme.status == Status.DRAFT or (programme.for_members and not actor.belongs_to(programme.org_id)):
        return no(_("There is no such programme."))
    return YES


def may_choose_readers(actor: Actor, programme: "Programme") -> Decision:
    """Say whether it is for everyone or for members alone: before it goes out, and never after.

    Whoever learns by a version reads it for good; a programme that turned inward would take its own page from them.
    """
    allowed = may_write(actor, programme.org_id)
    if allowed and programme.status != Status.DRAFT:
        return no(_("Whom it is for stays as it was when it went out. A copy can be for others."))
    return allowed


def may_open_inside(actor: Actor, programme: "Programme") -> Decision:
    """Open a round that members join."""
    if not programme.for_members:
        return no(_("This programme is for everyone: its rounds are openings."))
    return _may_begin_round(actor, programme)


def may_open(actor: Actor, programme: "Programme") -> Decision:
    """Post an opening of it."""
    if programme.for_members:
        return no(_("This programme is for members: its rounds are opened here, and no opening leads to it."))
    return _may_begin_round(actor, programme)


def _may_begin_round(actor: Actor, programme: "Programme") -> Decision:
    allowed = may_write(actor, programme.org_id)
    if not allowed:
        return allowed
    if programme.status == Status.PUBLISHED:
        return YES
    if programme.status == Status.RETIRED:
        return no(_("It is retired. Bring it back to open it again."))
    return no(_("Publish the programme first: a round takes its words from it."))


def may_change_rubric(is_frozen: bool, submissions: int) -> Decision:
    """A rubric that is out, or by which something was handed in, stays as it is."""
    if submissions:
        return no(_("Work was handed in to be judged by this rubric, so it stays as it is."))
    if is_frozen:
        return no(_("This rubric is published and frozen. A new version of the programme has a copy."))
    return YES


def _may_publish(programme: "Programme", facts: "Ready | None") -> Decision:
    if facts is None or not facts.has_draft:
        return no(_("There is no new version to publish. Begin one first."))
    if facts.unmet:
        return no(_("Before it can go out: %(what)s.", what=facts.unmet[0]))
    if not facts.is_verified:
        return no(
            _(
                "Your organisation is not verified yet. A moderator verifies it; then its programmes can go out."
            )
        )
    return YES


LIFECYCLE = Lifecycle(
    "programme",
    Status.DRAFT,
    Step(
        "publish",
        (Status.DRAFT, Status.PUBLISHED),
        Status.PUBLISHED,
        ("publisher",),
        "programme.published",
        "Publish",
        guard=_may_publish,
    ),
    Step("retire", (Status.PUBLISHED,), Status.RETIRED, ("author",), "programme.retired", "Retire it"),
    Step("restore", (Status.RETIRED,), Status.PUBLISHED, ("author",), "programme.restored", "Bring it back"),
    parties=parties,
)
