"""The news of agreed work, what is handed in, pay, judging, reviews and messages."""

from collections.abc import Mapping
from datetime import date, datetime

from market.engagements.rules import ASSESS_WITHIN, SILENCE
from market.notifications.audience import (
    author,
    other_side,
    other_side_of_pair,
    payers,
    person,
    subject_of_review,
    team,
    writers,
)
from market.notifications.bench import capstone_assessors, fellow_assessor, judges, signing_assessor
from market.notifications.context import Context
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.words import _

_WORK = Link("engagements.show", "work")
_PART = Link("engagements.milestone", "part", "milestone")
_PAY = Link("engagements.pay", "work")
_REVIEW = Link("reviews.write", "work")
_REVIEWS = Link("reviews.show", "work")


def _see_work(_w: Mapping[str, str]) -> str:
    return _("Open the work")


def _see_part(_w: Mapping[str, str]) -> str:
    return _("Open this part")


def _read_reviews(_w: Mapping[str, str]) -> str:
    return _("Read the reviews")


def _starts(context: Context) -> date | None:
    return context.work.starts_on if context.work else None


def _until(context: Context) -> date | None:
    return context.work.pause_until if context.work else None


def _ends(context: Context) -> date | None:
    return context.work.ends_on if context.work else None


def _judge_by(context: Context) -> datetime | None:
    work = context.work
    return work.ended_at + ASSESS_WITHIN if work is not None and work.ended_at else None


def _part_due(context: Context) -> date | None:
    return context.part.due_on if context.part else None


def _silence(context: Context) -> datetime | None:
    part = context.part
    return part.submitted_at + SILENCE if part is not None and part.submitted_at else None


def _window(context: Context) -> datetime | None:
    return context.pair.deadline_at if context.pair else None


def _resumes(w: Mapping[str, str]) -> str:
    if w["due"]:
        return _("Until %(due)s at the latest. The reason is on the page.", **w)
    return _("The reason is on the page.")


def _paused(w: Mapping[str, str]) -> str:
    if w["due"]:
        return _("“%(work)s” was to be paused until %(due)s", **w)
    return _("“%(work)s” has been paused long enough", **w)


def _seals(w: Mapping[str, str]) -> str:
    return _("Nobody sees a word of it until both are in, or until %(due)s.", **w)


def _judged(w: Mapping[str, str]) -> str:
    return _("“%(work)s” was judged by its rubric", **w)


WORK: dict[str, tuple[News, ...]] = {
    "engagement.scheduled": (
        News(
            other_side, Topic.DUE, "check",
            lambda w: _("“%(work)s” is agreed", **w),
            lambda w: _("%(person)s and %(org)s have both signed. It starts on %(due)s.", **w),
            _WORK, _see_work, _starts, lambda w: _("Starts on"),
        ),
    ),
    "engagement.joined": (
        News(
            other_side, Topic.DUE, "check",
            lambda w: _("%(person)s takes part in “%(work)s”", **w),
            lambda w: _("It was given to you to look after. It starts on %(due)s.", **w),
            _WORK, _see_work, _starts, lambda w: _("Starts on"),
        ),
    ),
    "engagement.side_ready": (
        News(
            other_side, Topic.WORK, "half",
            lambda w: _("The other side is ready to start “%(work)s”", **w),
            lambda w: _("Say that you are ready too, and it starts before %(due)s.", **w),
            _WORK, _see_work, _starts, lambda w: _("Starts on"),
        ),
    ),
    "engagement.started": (
        News(
            other_side, Topic.WORK, "arrow",
            lambda w: _("“%(work)s” is under way", **w),
            lambda w: _("Its parts and their days are on the page."),
            _WORK, _see_work,
        ),
    ),
    "engagement.called_off": (
        News(
            other_side, Topic.ANSWERS, "cross",
            lambda w: _("“%(work)s” was called off", **w),
            lambda w: _("The reason is on the page. Nothing more is asked of you."),
            _WORK, lambda w: _("Read the reason"),
        ),
    ),
    "engagement.no_show": (
        News(
            other_side, Topic.ANSWERS, "cross",
            lambda w: _("“%(work)s” was called off", **w),
            lambda w: _("A week after its start nothing had begun."),
            _WORK, _see_work,
        ),
    ),
    "engagement.paused": (
        News(
            other_side, Topic.ANSWERS, "clock",
            lambda w: _("“%(work)s” is paused", **w), _resumes,
            _WORK, _see_work, _until, lambda w: _("Until"),
        ),
    ),
    "engagement.pause_over": (
        News(
            other_side, Topic.DUE, "clock",
            _paused, lambda w: _("Go on with it, or end it with a reason."),
            _WORK, _see_work, _until,
        ),
    ),
    "engagement.resumed": (
        News(
            other_side, Topic.WORK, "arrow",
            lambda w: _("“%(work)s” goes on", **w),
            lambda w: _("Look at the days: a pause does not move them."),
            _WORK, _see_work,
        ),
    ),
    "engagement.change_proposed": (
        News(
            other_side, Topic.DUE, "letter",
            lambda w: _("Other days are suggested for “%(work)s”", **w),
            lambda w: _("They hold once you have signed them. Until then the old ones do."),
            _WORK, lambda w: _("Read them, then sign or decline"),
        ),
    ),
    "engagement.change_signed": (
        News(
            other_side, Topic.ANSWERS, "check",
            lambda w: _("The other days for “%(work)s” are signed", **w),
            lambda w: _("They hold from now on."),
            _WORK, _see_work,
        ),
    ),
    "engagement.change_declined": (
        News(
            other_side, Topic.ANSWERS, "cross",
            lambda w: _("The other days for “%(work)s” were declined", **w),
            lambda w: _("The old ones hold."),
            _WORK, _see_work,
        ),
    ),
    "engagement.ends_soon": (
        News(
            person, Topic.DUE, "clock",
            lambda w: _("“%(work)s” is to end on %(due)s", **w),
            lambda w: _("Hand in by then what is still open, or suggest other days."),
            _WORK, _see_work, _ends, lambda w: _("Ends on"),
        ),
        News(
            team, Topic.DUE, "clock",
            lambda w: _("“%(work)s” is to end on %(due)s", **w),
            lambda w: _("Answer what %(person)s has handed in by then, or suggest other days.", **w),
            _WORK, _see_work, _ends, lambda w: _("Ends on"),
        ),
    ),
    "engagement.completed": (
        News(
            judges, Topic.DUE, "half",
            lambda w: _("“%(work)s” is completed: judge it by %(due)s", **w),
            lambda w: _("Every part is settled. What %(person)s showed is judged by the published rubric.", **w),
            Link("assessments.write", "work"), lambda w: _("Judge by the rubric"), _judge_by, lambda w: _("Judge it by"),
        ),
        News(
            other_side, Topic.WORK, "check",
            lambda w: _("“%(work)s” is completed", **w),
            lambda w: _("Every part is settled. What it showed can be judged for two more weeks."),
            _WORK, _see_work,
        ),
    ),
    "engagement.ended_early": (
        News(
            other_side, Topic.ANSWERS, "half",
            lambda w: _("“%(work)s” was ended early", **w),
            lambda w: _("The reason is on the page. What was accepted stays accepted."),
            _WORK, lambda w: _("Read the reason"),
        ),
    ),
    "engagement.outcome_recorded": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("%(org)s says what “%(work)s” led to", **w),
            lambda w: _("It stands on the page of the trial."),
            _WORK, _see_work,
        ),
    ),
    "milestone.submitted": (
        News(
            capstone_assessors, Topic.DUE, "letter",
            lambda w: _("%(person)s handed in the capstone of “%(work)s”", **w),
            lambda w: _("Judge it by the rubric. Without an answer “%(part)s” counts as approved on %(due)s.", **w),
            Link("assessments.write", "work"), lambda w: _("Judge it"), _silence, lambda w: _("Judge it by"),
        ),
        News(
            team, Topic.DUE, "letter",
            lambda w: _("%(person)s handed in “%(part)s”, version %(version)s", **w),
            lambda w: _("“%(work)s”. Without an answer it counts as approved on %(due)s.", **w),
            _PART, lambda w: _("Read it and answer"), _silence, lambda w: _("Answer by"),
        ),
    ),
    "milestone.taken_back": (
        News(
            team, Topic.WORK, "half",
            lambda w: _("%(person)s took “%(part)s” back", **w),
            lambda w: _("“%(work)s”. Another version comes; nothing is asked of you until then.", **w),
            _PART, _see_part,
        ),
    ),
    "milestone.waits": (
        News(
            team, Topic.DUE, "clock",
            lambda w: _("“%(part)s” counts as approved on %(due)s", **w),
            lambda w: _("“%(work)s”. It waits for your answer. Silence settles it and is recorded as yours.", **w),
            _PART, lambda w: _("Read it and answer"), _silence, lambda w: _("Answer by"),
        ),
    ),
    "milestone.approved": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("“%(part)s” is approved", **w),
            lambda w: _("“%(work)s”, %(org)s. What it pays is due now.", **w),
            _PART, _see_part,
        ),
    ),
    "milestone.changes_requested": (
        News(
            person, Topic.DUE, "half",
            lambda w: _("%(actor)s asks for changes to “%(part)s”", **w),
            lambda w: _("“%(work)s”, version %(version)s. What to change is on the page.", **w),
            _PART, lambda w: _("Read what to change"), _part_due, lambda w: _("Due on"),
        ),
    ),
    "milestone.deemed_approved": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("“%(part)s” counts as approved", **w),
            lambda w: _("“%(work)s”. %(org)s did not answer for 14 days, so what it pays is due.", **w),
            _PART, _see_part,
        ),
        News(
            team, Topic.ANSWERS, "clock",
            lambda w: _("“%(part)s” counts as approved", **w),
            lambda w: _("“%(work)s”. Nobody answered for 14 days. You can still judge the work by its rubric.", **w),
            _PART, _see_part,
        ),
    ),
    "milestone.due_soon": (
        News(
            person, Topic.DUE, "clock",
            lambda w: _("“%(part)s” is due on %(due)s", **w),
            lambda w: _("“%(work)s”. Hand it in by then, or suggest another day.", **w),
            _PART, _see_part, _part_due, lambda w: _("Due on"),
        ),
    ),
    "milestone.overdue": (
        News(
            person, Topic.DUE, "clock",
            lambda w: _("“%(part)s” was due on %(due)s", **w),
            lambda w: _("“%(work)s”. Hand it in, or suggest another day.", **w),
            _PART, _see_part, _part_due, lambda w: _("Was due on"),
        ),
        News(
            team, Topic.WORK, "clock",
            lambda w: _("“%(part)s” was due on %(due)s", **w),
            lambda w: _("“%(work)s”. We have reminded %(person)s.", **w),
            _PART, _see_part, _part_due, lambda w: _("Was due on"),
        ),
    ),
    "milestone.cancelled": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("“%(part)s” was taken out", **w),
            lambda w: _("“%(work)s”. The reason is on the page.", **w),
            _PART, lambda w: _("Read the reason"),
        ),
    ),
    "payment.declared": (
        News(
            person, Topic.DUE, "check",
            lambda w: _("%(org)s says it has paid for “%(part)s”", **w),
            lambda w: _("Confirm what came. The site holds no money."),
            _PAY, lambda w: _("Confirm what came"),
        ),
    ),
    "payment.corrected": (
        News(
            person, Topic.DUE, "half",
            lambda w: _("%(org)s corrected what it paid for “%(part)s”", **w),
            lambda w: _("Look whether it agrees with what came."),
            _PAY, lambda w: _("See what was paid"),
        ),
    ),
    "payment.confirmed": (
        News(
            payers, Topic.WORK, "check",
            lambda w: _("%(person)s confirmed pay for “%(part)s”", **w),
            lambda w: _("“%(work)s”. The amounts stand beside each other on the page.", **w),
            _PAY, lambda w: _("See what was paid"),
        ),
    ),
    "assessment.due_soon": (
        News(
            judges, Topic.DUE, "clock",
            lambda w: _("“%(work)s” can be judged until %(due)s", **w),
            lambda w: _("After that what %(person)s showed stays without a judgement.", **w),
            Link("assessments.write", "work"), lambda w: _("Judge by the rubric"), _judge_by, lambda w: _("Judge it by"),
        ),
    ),
    "assessment.submitted": (
        News(
            team, Topic.WORK, "half",
            lambda w: _("%(person)s has judged their own work", **w),
            lambda w: _("“%(work)s”. You see their steps once yours are chosen.", **w),
            Link("assessments.write", "work"), lambda w: _("Judge by the rubric"), when=lambda c: c.by_talent,
        ),
        News(
            fellow_assessor, Topic.DUE, "half",
            lambda w: _("%(actor)s has put in their steps for “%(work)s”", **w),
            lambda w: _("Yours are awaited. You see theirs once yours are in; the learner sees neither before that."),
            Link("assessments.write", "work"), lambda w: _("Judge it"),
        ),
        News(
            signing_assessor, Topic.DUE, "check",
            lambda w: _("Both of you have judged “%(work)s”", **w),
            lambda w: _("Say how you agreed wherever you chose apart, and sign: unsigned it counts for nothing."),
            Link("assessments.compare", "work"), lambda w: _("Compare and sign"),
        ),
    ),
    "assessment.signed": (
        News(
            person, Topic.ANSWERS, "check", _judged,
            lambda w: _("%(org)s chose a step for each criterion. Yours stand beside theirs.", **w),
            Link("assessments.compare", "work"), lambda w: _("See the steps"),
        ),
    ),
    "message.sent": (
        News(
            other_side, Topic.WORK, "letter",
            lambda w: _("%(actor)s wrote to you", **w),
            lambda w: _("About “%(topic)s”.", **w),
            _WORK, lambda w: _("Read it"), or_link=Link("applications.show", "application"),
        ),
    ),
}  # fmt: skip

REVIEWS: dict[str, tuple[News, ...]] = {
    "review.opened": (
        News(
            writers, Topic.DUE, "letter",
            lambda w: _("Say how “%(work)s” went, by %(due)s", **w),
            lambda w: _("Each side writes one review. Nobody sees the other's until both are in, or until that day."),
            _REVIEW, lambda w: _("Write your review"), _window, lambda w: _("Write by"),
        ),
    ),
    "review.sealed": (
        News(
            other_side_of_pair, Topic.DUE, "lock",
            lambda w: _("The other side has submitted its review of “%(work)s”", **w), _seals,
            _REVIEW, lambda w: _("Write your review"), _window, lambda w: _("Write by"),
        ),
    ),
    "review.revealed": (
        News(
            writers, Topic.ANSWERS, "new",
            lambda w: _("The reviews of “%(work)s” are open", **w),
            lambda w: _("Whoever a review is about can reply once."),
            _REVIEWS, _read_reviews,
        ),
    ),
    "review.replied": (
        News(
            author, Topic.ANSWERS, "letter",
            lambda w: _("Your review of “%(work)s” has a reply", **w),
            lambda w: _("It stands under the review."),
            _REVIEWS, _read_reviews,
        ),
    ),
    "review.moderated": (
        News(
            author, Topic.SITE, "warn",
            lambda w: _moderated(w, _("Your review of “%(work)s” stays as it is", **w),
                                 _("Words were taken out of your review of “%(work)s”", **w),
                                 _("Your review of “%(work)s” was taken down", **w)),
            lambda w: _("Someone had reported it, and a moderator has decided."),
            _REVIEWS, _read_reviews,
        ),
        News(
            subject_of_review, Topic.SITE, "warn",
            lambda w: _moderated(w, _("The review of “%(work)s” stays as it is", **w),
                                 _("Words were taken out of the review of “%(work)s”", **w),
                                 _("The review of “%(work)s” was taken down", **w)),
            lambda w: _("Someone had reported it, and a moderator has decided."),
            _REVIEWS, _read_reviews,
        ),
    ),
}  # fmt: skip


def _moderated(w: Mapping[str, str], kept: str, redacted: str, removed: str) -> str:
    return {"redacted": redacted, "removed": removed}.get(w["reason"], kept)
