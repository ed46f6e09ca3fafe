"""The news of people, organisations, skills, reports and decisions; and the events of which nobody hears, with the reason."""

from collections.abc import Mapping

from market.cases.sentences import kind_words
from market.notifications.audience import moderators, owners, person, reported, reporter
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.words import _

_ORGANISATION = Link("organisations.show", "org")
_MEMBERS = Link("organisations.members", "org")
_INCENTIVES = Link("staff.incentives", "org")
_SKILL = Link("skills.show", "skill")
_REPORT = Link("cases.answer", "report")


def _see_organisation(_w: Mapping[str, str]) -> str:
    return _("Open its page")


def _see_skill(_w: Mapping[str, str]) -> str:
    return _("Open the skill")


def _read_decision(_w: Mapping[str, str]) -> str:
    return _("Read the decision")


def _left(w: Mapping[str, str]) -> str:
    return _("%(person)s no longer has a role in %(org)s", **w)


SITE: dict[str, tuple[News, ...]] = {
    "account.promoted": (
        News(
            person, Topic.SITE, "new",
            lambda w: _("Your roles on this site have changed"),
            lambda w: _("Whoever runs the site did that. The head of each page shows what you look after."),
            Link("accounts.settings"), lambda w: _("Open your settings"),
        ),
    ),
    "account.restored": (
        News(
            person, Topic.SITE, "check",
            lambda w: _("Your account is open again"),
            lambda w: _("A moderator has decided so. Everything is as you left it."),
            Link("accounts.settings"), lambda w: _("Open your settings"),
        ),
    ),
    "organisation.created": (
        News(
            moderators, Topic.MODERATION, "letter",
            lambda w: _("%(org)s is new and not verified", **w),
            lambda w: _("Until it is, a moderator reads each of its openings."),
            Link("cases.organisations"), lambda w: _("Look at it"),
            when=lambda c: c.organisation is not None and c.organisation.verified_at is None,
        ),
    ),
    "organisation.verified": (
        News(
            owners, Topic.SITE, "check",
            lambda w: _("%(org)s is verified", **w),
            lambda w: _("Your openings go out without a moderator from now on."),
            _ORGANISATION, _see_organisation,
        ),
    ),
    "organisation.joined": (
        News(
            owners, Topic.SITE, "new",
            lambda w: _("%(person)s belongs to %(org)s now", **w),
            lambda w: _("Their role stands on the page of members."),
            _MEMBERS, lambda w: _("See the members"),
        ),
    ),
    "incentive.earned": (
        News(
            person, Topic.SITE, "new",
            lambda w: _("%(org)s promised something for what you earned", **w),
            lambda w: _("What it is stands on the page of your agreements."),
            Link("staff.mine"), lambda w: _("See what was promised"),
        ),
        News(
            owners, Topic.SITE, "new",
            lambda w: _("%(person)s earned what %(org)s promised", **w),
            lambda w: _("Record it once it is given."),
            _INCENTIVES, lambda w: _("See what was promised"),
        ),
    ),
    "webhook.gave_up": (
        News(
            owners, Topic.SITE, "warn",
            lambda w: _("The HR system of %(org)s did not take what was sent", **w),
            lambda w: _("It was tried for the last time. What it answered stands on the page, and you can send it again."),
            Link("webhooks.show", "org"), lambda w: _("See what was sent"),
        ),
    ),
    "incentive.given": (
        News(
            person, Topic.SITE, "check",
            lambda w: _("%(org)s says that it gave what it promised", **w),
            lambda w: _("Say so too, once you have it."),
            Link("staff.mine"), lambda w: _("See what was promised"),
        ),
    ),
    "organisation.left": (
        News(
            person, Topic.SITE, "dash",
            lambda w: _("You no longer have a role in %(org)s", **w),
            lambda w: _("An owner took it from you. Other roles you may have stay."),
            _ORGANISATION, _see_organisation,
        ),
        News(
            owners, Topic.SITE, "dash", _left,
            lambda w: _("Look whether work was given to them that someone else has to look after."),
            _MEMBERS, lambda w: _("See the members"),
        ),
    ),
    "skill.proposed": (
        News(
            moderators, Topic.MODERATION, "new",
            lambda w: _("“%(skill)s” is proposed as a skill", **w),
            lambda w: _("It waits until a moderator takes it in, merges it or turns it down."),
            Link("skills.queue"), lambda w: _("Look at it"),
        ),
    ),
    "skill.approved": (
        News(
            person, Topic.SITE, "check",
            lambda w: _("“%(skill)s” is in the taxonomy", **w),
            lambda w: _("You proposed it; everyone finds it from now on."),
            _SKILL, _see_skill,
        ),
    ),
    "skill.refused": (
        News(
            person, Topic.SITE, "cross",
            lambda w: _("“%(skill)s” was not taken in", **w),
            lambda w: _("A moderator turned it down. You can propose it again, and say more of what it is."),
            _SKILL, _see_skill,
        ),
    ),
    "skill.merged": (
        News(
            person, Topic.SITE, "half",
            lambda w: _("“%(skill)s” is another name of a skill there is", **w),
            lambda w: _("You proposed it. Whoever looks for it finds the other one."),
            _SKILL, _see_skill,
        ),
    ),
    "evidence.voided": (
        News(
            person, Topic.ANSWERS, "half",
            lambda w: _("An item of evidence for %(skill)s no longer counts", **w),
            lambda w: _("Your level was worked out anew. Each line stands on your profile."),
            Link("profiles.mine"), lambda w: _("Open your profile"),
        ),
    ),
    "report.opened": (
        News(
            moderators, Topic.MODERATION, "warn",
            lambda w: _("Someone reported %(about)s", **w),
            lambda w: _("Answer in words that both sides can read."),
            Link("cases.report", "report"), lambda w: _("Read it and decide"),
        ),
    ),
    "report.decided": (
        News(
            reporter, Topic.SITE, "check",
            lambda w: _("A moderator has decided about your report of %(about)s", **w),
            lambda w: _("What was decided, and why, is on the page."),
            _REPORT, _read_decision,
        ),
        News(
            reported, Topic.SITE, "warn",
            lambda w: _("A moderator has decided about %(about)s of yours", **w),
            lambda w: _("What was decided, and why, is on the page."),
            _REPORT, _read_decision, when=lambda c: c.report is not None and c.report.touches_reported,
        ),
    ),
}  # fmt: skip


def about_words(code: str) -> str:
    """What a report is about, as the sentences above name it."""
    return kind_words(code) if code else ""


# Nobody hears of these, each for its reason. `LETTERS` names those that lead to a letter instead.
QUIET: dict[str, str] = {
    "file.stored": "whoever it is for hears of what was handed in",
    "file.removed": "its owner did it",
    "account.signed_up": "the letter that confirms the address says it",
    "account.lapsed": "there is no address any more",
    "account.verified": "its owner did it, and sees it at once",
    "account.blocked": "the blocked are never told",
    "account.unblocked": "the blocked are never told",
    "organisation.unverified": "the decision that led to it is told, with its words",
    "organisation.changed": "its own members did it",
    "opportunity.completed": "each end of the work in it was told",
    "application.accepted": "the same signature schedules the work, and that is told",
    "soft_skills.unsaid": "nobody said anything, so there is nothing to read",
    "soft_round.closed": "everybody it was about is told what was said of them",
    "waiting.joined": "they did it themselves; the organisation reads how many wait",
    "waiting.left": "they did it themselves",
    "waiting.taken": "their signature did it",
    "follow_up.answered": "answers are read as counts alone",
    "milestone.begun": "it follows from the start or from the part before",
    "programme.published": "its own members did it; its openings are told",
    "programme.retired": "its own members did it; whoever waits for a place is told by an event of their own",
    "programme.restored": "its own members did it",
    "programme.draft_discarded": "its own members did it; what is out stays",
    "hours.logged": "the other side reads them when it looks; too many are told",
    "pulse.answered": "the other side reads it when it looks; a low answer is told",
    "session.moved": "the session that takes its place is told",
    "review.lapsed": "nobody wrote, and nothing can be done any more",
    "engagement.concerned": "moderators hear of the report, and whoever made it of what was decided",
    "incentive.set": "members read it on its page",
    "incentive.closed": "members read it on its page",
    "incentive.received": "owners read it on its page",
    "packet.asked": "whoever asked waits for it on the page",
    "packet.signed": "whoever asked waits for it on the page",
    "webhook.set": "its own members did it",
    "webhook.changed": "its own members did it",
    "webhook.rotated": "its own members did it",
    "webhook.paused": "its own members did it",
    "webhook.resumed": "its own members did it",
    "webhook.removed": "its own members did it",
    "hand_over.agreed": "its owner did it; owners of the organisation read how many agreed",
    "hand_over.ended": "its owner did it, or left; an organisation is not told who took it back",
    "pool.agreed": "its owner did it; the organisation reads its list when it looks for people",
    "pool.ended": "its owner did it, or chose the day; an organisation is not told who took it back",
    "pool.paused": "its owner did it",
    "pool.resumed": "its owner did it",
    "matrix.agreed": "its owner did it",
    "matrix.ended": "its owner did it, by taking it back or by leaving",
    "achievement.published": "its own members did it",
    "achievement.retired": "its own members did it",
    "pathway.published": "its own members did it; who completes it hears of that",
    "pathway.draft_discarded": "its own members did it; nobody else could see it",
    "pathway.retired": "its own members did it; whoever has begun can complete it",
    "pathway.reached": "whoever completes it by that hears of that",
    "credential.drafted": "it is told when it is signed",
    "credential.signed": "it is offered in the same moment, and that is told",
    "issuer.decided": "whose credential comes to another end by it is told that",
    "registry.added": "a moderator did it",
    "held.received": "its holder did it",
    "held.read": "it follows at once from bringing it",
    "held.checking": "it follows at once from bringing it",
    "held.inconclusive": "it is tried again by itself, and its page says so",
    "held.removed": "its holder did it",
    "held.shown": "its holder did it",
    "held.hidden": "its holder did it",
    "held.confirmed": "its holder did it",
    "identity.proved": "its owner waits for it on the page",
    "identity.refused": "its owner waits for it on the page",
    "identity.removed": "its owner did it",
    "achievement.discarded": "a member did it, and nobody else saw the draft",
    "account.address_removed": "its owner did it",
    "registry.changed": "whose credential comes to another end by it is told that",
    "credential.signing_asked": "it is told when it is done",
    "issuer_key.created": "whoever runs the site did it",
    "issuer_key.retired": "whoever runs the site did it, and what it signed still holds",
    "issuer_key.compromised": "each holder hears when their credential is signed anew",
    "issuing_address.moved": "each holder hears when their credential is signed anew",
    "evidence.released": "for the log: lists and levels name the release",
    "evidence.recorded": "what it came from is told: a judgement, a review, work that ended",
}
