"""The news of programmes that run: sessions, hours, silence, the questions of a week, who mentors."""

from collections.abc import Mapping
from datetime import datetime

from market.apprenticeships import naming
from market.notifications.audience import (
    mentors_asked,
    moderators,
    other_side,
    peers_asked,
    person,
    reviewers,
    second_assessor,
)
from market.notifications.bench import now_named, other_who_meets, replaced
from market.notifications.context import Context
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.words import _

_MENTORING = Link("apprenticeships.mentoring", "work")
_CAPSTONE = Link("apprenticeships.capstone", "work")
_HOURS = Link("apprenticeships.hours", "work")
_SOFT = Link("apprenticeships.soft_skills", "work")


def _see_sessions(_w: Mapping[str, str]) -> str:
    return _("Open the sessions")


def _see_capstone(_w: Mapping[str, str]) -> str:
    return _("Open the capstone")


def _see_hours(_w: Mapping[str, str]) -> str:
    return _("Open the hours")


def _say_by(_w: Mapping[str, str]) -> str:
    return _("Say it by")


def _soft_until(context: Context) -> datetime | None:
    return context.soft_round.deadline_at if context.soft_round is not None else None


def _judge_by(context: Context) -> datetime | None:
    """As the page of the capstone has it; None before it is handed in."""
    return naming.judge_by(context.work, context.part) if context.work is not None else None


PROGRAMMES: dict[str, tuple[News, ...]] = {
    "session.planned": (
        News(
            other_who_meets, Topic.WORK, "clock",
            lambda w: _("A session is planned for “%(work)s”", **w),
            lambda w: _("Its day and hour are on the page. Move it there if it does not suit you."),
            _MENTORING, _see_sessions,
        ),
    ),
    "session.logged": (
        News(
            other_who_meets, Topic.DUE, "half",
            lambda w: _("Was this session of “%(work)s” held?", **w),
            lambda w: _("The other side says so. It counts once you confirm it."),
            _MENTORING, lambda w: _("Confirm it, or say otherwise"),
        ),
    ),
    "session.waits": (
        News(
            other_who_meets, Topic.DUE, "clock",
            lambda w: _("A session of “%(work)s” waits to be confirmed", **w),
            lambda w: _("One side has said that it was held. It counts once both do."),
            _MENTORING, _see_sessions,
        ),
    ),
    "session.held": (
        News(
            other_who_meets, Topic.WORK, "check",
            lambda w: _("A session of “%(work)s” is confirmed", **w),
            lambda w: _("Both of you say that it was held, so it counts."),
            _MENTORING, _see_sessions,
        ),
    ),
    "session.denied": (
        News(
            other_who_meets, Topic.ANSWERS, "warn",
            lambda w: _("The other side remembers a session of “%(work)s” otherwise", **w),
            lambda w: _("Their words are on the page. Put it right there, or talk about it in the messages."),
            _MENTORING, _see_sessions,
        ),
    ),
    "session.missed": (
        News(
            other_who_meets, Topic.WORK, "cross",
            lambda w: _("A session of “%(work)s” did not happen", **w),
            lambda w: _("Plan another one when you can."),
            _MENTORING, _see_sessions,
        ),
    ),
    "apprenticeship.load_high": (
        News(
            other_who_meets, Topic.DUE, "warn",
            lambda w: _("“%(work)s” takes more hours than planned", **w),
            lambda w: _("The hours written down are more than a fifth above the plan so far. Talk about what to leave out."),
            _HOURS, _see_hours,
        ),
    ),
    "apprenticeship.quiet": (
        News(
            other_who_meets, Topic.DUE, "warn",
            lambda w: _("There was no session of “%(work)s” for two weeks", **w),
            lambda w: _("Plan one now. After three weeks the people who run this site are told."),
            _MENTORING, lambda w: _("Plan a session"),
        ),
    ),
    "apprenticeship.quiet_long": (
        News(
            moderators, Topic.MODERATION, "warn",
            lambda w: _("No session of “%(work)s” for three weeks", **w),
            lambda w: _("%(org)s promised them. Ask both sides what is in the way.", **w),
            _MENTORING, _see_sessions,
        ),
        News(
            other_who_meets, Topic.DUE, "warn",
            lambda w: _("There was no session of “%(work)s” for three weeks", **w),
            lambda w: _("The people who run this site were told, and may ask you both about it."),
            _MENTORING, lambda w: _("Plan a session"),
        ),
    ),
    "pulse.asked": (
        News(
            other_who_meets, Topic.WORK, "half",
            lambda w: _("Two questions about last week in “%(work)s”", **w),
            lambda w: _("They take a minute, and the other side reads what you say."),
            Link("apprenticeships.mentoring", "work"), lambda w: _("Answer them"),
        ),
    ),
    "pulse.low": (
        News(
            other_who_meets, Topic.ANSWERS, "warn",
            lambda w: _("The week in “%(work)s” did not go well for the other side", **w),
            lambda w: _("Read what they say, and talk about it soon."),
            _MENTORING, lambda w: _("Read it"),
        ),
    ),
    "milestone.tried_again": (
        News(
            other_side, Topic.WORK, "half",
            lambda w: _("The capstone of “%(work)s” is tried again", **w),
            lambda w: _("%(person)s hands it in anew; its day is on the page.", **w),
            _CAPSTONE, _see_capstone,
        ),
    ),
    "appeal.opened": (
        News(
            reviewers, Topic.DUE, "warn",
            lambda w: _("%(person)s asks for another assessor in “%(work)s”", **w),
            lambda w: _("Their reason is on the page. Name somebody other than who judged it first."),
            _CAPSTONE, lambda w: _("Name another assessor"),
        ),
    ),
    "appeal.given": (
        News(
            person, Topic.ANSWERS, "half",
            lambda w: _("Another assessor looks at your capstone of “%(work)s”", **w),
            lambda w: _("What they say counts."),
            _CAPSTONE, _see_capstone,
        ),
        News(
            second_assessor, Topic.DUE, "warn",
            lambda w: _("Please judge a capstone of “%(work)s” anew", **w),
            lambda w: _("%(person)s appealed. What you say counts.", **w),
            _CAPSTONE, lambda w: _("Judge it"),
        ),
    ),
    "appeal.upheld": (
        News(
            other_side, Topic.ANSWERS, "check",
            lambda w: _("The appeal in “%(work)s” is answered", **w),
            lambda w: _("The other assessor came to the same steps. Their words are on the page."),
            _CAPSTONE, _see_capstone,
        ),
    ),
    "appeal.changed": (
        News(
            other_side, Topic.ANSWERS, "check",
            lambda w: _("The appeal in “%(work)s” changed the assessment", **w),
            lambda w: _("What the other assessor says counts from now on."),
            _CAPSTONE, _see_capstone,
        ),
    ),
    "engagement.mentor_changed": (
        News(
            person, Topic.ANSWERS, "apprentice",
            lambda w: _("Somebody else mentors you in “%(work)s”", **w),
            lambda w: _("%(org)s named them. Sessions that are not settled pass to them.", **w),
            _MENTORING, _see_sessions,
        ),
        News(
            now_named, Topic.WORK, "apprentice",
            lambda w: _("You mentor in “%(work)s” from now on", **w),
            lambda w: _("%(person)s learns there. The plan and the sessions so far are on its pages.", **w),
            _MENTORING, _see_sessions,
        ),
        News(
            replaced, Topic.WORK, "apprentice",
            lambda w: _("Somebody else mentors in “%(work)s” now", **w),
            lambda w: _("Nothing more is asked of you there. What you confirmed stays as it is."),
            _MENTORING, _see_sessions,
        ),
    ),
    "engagement.assessors_changed": (
        News(
            person, Topic.ANSWERS, "apprentice",
            lambda w: _("Somebody else judges your capstone of “%(work)s”", **w),
            lambda w: _("%(org)s named them. What you handed in stays as it is.", **w),
            _CAPSTONE, _see_capstone,
        ),
        News(
            now_named, Topic.DUE, "apprentice",
            lambda w: _("You judge the capstone of “%(work)s”", **w),
            lambda w: _("%(person)s learns there. You are asked to judge it by %(due)s.", **w) if w["due"] else _("%(person)s learns there. You are told when it is handed in.", **w),
            _CAPSTONE, _see_capstone, _judge_by, lambda w: _("Judge it by"),
        ),
        News(
            replaced, Topic.WORK, "apprentice",
            lambda w: _("Somebody else judges the capstone of “%(work)s” now", **w),
            lambda w: _("Nothing more is asked of you there."),
            _CAPSTONE, _see_capstone,
        ),
    ),
    "waiting.asked": (
        News(
            person, Topic.ANSWERS, "apprentice",
            lambda w: _("A place came free in “%(opening)s”", **w),
            lambda w: _("You waited for one at %(org)s, and it is your turn to know. It is not kept for you: apply while it is there.", **w),
            Link("opportunities.show", "opening"), lambda w: _("Apply for it"),
            due=lambda context: context.opening.deadline_at if context.opening else None,
            due_words=lambda w: _("Apply by"),
        ),
    ),
    "waiting.put_back": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("The round of “%(programme)s” you were told of was cancelled", **w),
            lambda w: _("You stand in the line where you stood before, and hear of the next place. Programmes like it may have places now."),
            Link("programmes.browse"), lambda w: _("Look at other programmes"),
            when=lambda context: context.event.reason == "cancelled",
        ),
    ),
    "waiting.programme_retired": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("“%(programme)s” is not offered any more", **w),
            lambda w: _("%(org)s begins no new rounds, so waiting leads nowhere for now. Your turn is kept if it comes back. Programmes like it may have places.", **w),
            Link("programmes.browse"), lambda w: _("Look at other programmes"),
        ),
    ),
    "follow_up.asked": (
        News(
            other_side, Topic.WORK, "half",
            lambda w: _("What did “%(work)s” lead to?", **w),
            lambda w: _("One question, one answer. It is counted with those of others, and helps whoever comes next to choose."),
            Link("apprenticeships.afterwards", "work"), lambda w: _("Say what it led to"),
        ),
    ),
    "soft_skills.asked": (
        News(
            peers_asked, Topic.DUE, "half",
            lambda w: _("How do the others of “%(work)s” work with you?", **w),
            lambda w: _("Five questions about each of them, without a word to write. Nobody reads who chose what."),
            _SOFT, lambda w: _("Say how they work with others"), _soft_until, _say_by,
        ),
        News(
            mentors_asked, Topic.WORK, "half",
            lambda w: _("How does %(person)s work with others?", **w),
            lambda w: _("Five questions about “%(work)s”, with described steps. It is opened when the time is over.", **w),
            _SOFT, lambda w: _("Say how they work with others"), _soft_until, _say_by,
        ),
    ),
    "soft_skills.ends_soon": (
        News(
            peers_asked, Topic.DUE, "clock",
            lambda w: _("Say by %(due)s how the others of “%(work)s” work with you", **w),
            lambda w: _("At least three of a group have to say something of a person, or nothing of it is shown."),
            _SOFT, lambda w: _("Say how they work with others"), _soft_until, _say_by,
        ),
        News(
            mentors_asked, Topic.DUE, "clock",
            lambda w: _("Say by %(due)s how %(person)s works with others", **w),
            lambda w: _("Five questions about “%(work)s”. What a mentor saw counts more than what a group says.", **w),
            _SOFT, lambda w: _("Say how they work with others"), _soft_until, _say_by,
        ),
    ),
    "soft_skills.shown": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("How others saw you work in “%(work)s”", **w),
            lambda w: _("What was said of it, by described steps, is open to you now."),
            _SOFT, lambda w: _("Read it"),
        ),
    ),
}  # fmt: skip
