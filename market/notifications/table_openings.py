"""The news of openings."""

from collections.abc import Mapping
from datetime import datetime

from market.notifications.audience import (
    applicants,
    drafters,
    moderators,
    posters,
    watchers,
)
from market.notifications.context import Context
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.opportunities.timers import IDLE
from market.words import _

_OPENING = Link("opportunities.show", "opening")
_POSTING = Link("opportunities.manage", "opening")


def _read_opening(_w: Mapping[str, str]) -> str:
    return _("Open the opening")


def _see_posting(_w: Mapping[str, str]) -> str:
    return _("Open the posting")


def _apply_by(_w: Mapping[str, str]) -> str:
    return _("Apply by")


def _deadline(context: Context) -> datetime | None:
    return context.opening.deadline_at if context.opening else None


def _ends_idle(context: Context) -> datetime | None:
    return context.opening.active_at + IDLE if context.opening and context.opening.active_at else None


def _by_others(context: Context) -> bool:
    """A moderator or the site did it, rather than the organisation itself."""
    return context.event.from_status == "in_review"


OPENINGS: dict[str, tuple[News, ...]] = {
    "opportunity.submitted": (
        News(
            moderators, Topic.MODERATION, "letter",
            lambda w: _("“%(opening)s” waits to be read", **w),
            lambda w: _("%(org)s is not verified yet, so a moderator reads it first.", **w),
            Link("cases.opening", "opening"), lambda w: _("Read it and decide"),
        ),
    ),
    "opportunity.published": (
        News(
            posters, Topic.OPENINGS, "check",
            lambda w: _("“%(opening)s” is out", **w),
            lambda w: _("A moderator has read it. People can apply until %(due)s.", **w),
            _POSTING, _see_posting, _deadline, _apply_by, when=_by_others,
        ),
    ),
    "opportunity.returned": (
        News(
            posters, Topic.DUE, "half",
            lambda w: _("“%(opening)s” came back to you", **w),
            lambda w: _("A moderator says what to mend. Send it again when that is done."),
            _POSTING, lambda w: _("Read what to mend"),
        ),
    ),
    "opportunity.addendum_added": (
        News(
            applicants, Topic.ANSWERS, "new",
            lambda w: _("The terms of “%(opening)s” were added to", **w),
            lambda w: _("You applied to the earlier terms. Read what is new; you can withdraw."),
            _OPENING, _read_opening,
        ),
        News(
            watchers, Topic.OPENINGS, "new",
            lambda w: _("The terms of “%(opening)s” were added to", **w),
            lambda w: _("Read what is new."),
            _OPENING, _read_opening,
        ),
    ),
    "opportunity.paused": (
        News(
            posters, Topic.DUE, "clock",
            lambda w: _("“%(opening)s” takes no applications for now", **w),
            lambda w: _("Three people wait past the day you promised. Answer them, then open it again."),
            _POSTING, _see_posting, when=lambda c: c.by_system,
        ),
    ),
    "opportunity.resumed": (
        News(
            watchers, Topic.OPENINGS, "arrow",
            lambda w: _("“%(opening)s” takes applications again", **w),
            lambda w: _("It takes applications until %(due)s.", **w),
            _OPENING, _read_opening, _deadline, _apply_by,
        ),
    ),
    "opportunity.closes_soon": (
        News(
            drafters, Topic.DUE, "clock",
            lambda w: _("Send your draft for “%(opening)s” by %(due)s", **w),
            lambda w: _("You have begun an application to %(org)s. Nobody else sees the draft.", **w),
            Link("applications.new", "opening"), lambda w: _("Go on writing"), _deadline, lambda w: _("Send it by"),
        ),
        News(
            posters, Topic.OPENINGS, "clock",
            lambda w: _("“%(opening)s” takes applications until %(due)s", **w),
            lambda w: _("After that you answer whoever applied. You can give it a later last day, once."),
            _POSTING, _see_posting, _deadline, lambda w: _("Last day"),
        ),
    ),
    "opportunity.closed": (
        News(
            applicants, Topic.OPENINGS, "clock",
            lambda w: _("“%(opening)s” is closed to new applications", **w),
            lambda w: _("Yours is in. %(org)s answers next.", **w),
            _OPENING, _read_opening,
        ),
        News(
            posters, Topic.OPENINGS, "clock",
            lambda w: _("“%(opening)s” is closed to new applications", **w),
            lambda w: _("Everyone who applied waits for your answer. You can extend it once."),
            _POSTING, _see_posting,
        ),
        News(
            watchers, Topic.OPENINGS, "clock",
            lambda w: _("“%(opening)s” is closed to new applications", **w),
            lambda w: _("If it opens again, you hear of it."),
            _OPENING, _read_opening,
        ),
    ),
    "opportunity.extended": (
        News(
            watchers, Topic.OPENINGS, "arrow",
            lambda w: _("“%(opening)s” has a later last day", **w),
            lambda w: _("It takes applications until %(due)s.", **w),
            _OPENING, _read_opening, _deadline, _apply_by,
        ),
        News(
            applicants, Topic.OPENINGS, "clock",
            lambda w: _("“%(opening)s” has a later last day", **w),
            lambda w: _("People can apply until %(due)s, so your answer may come later.", **w),
            _OPENING, _read_opening, _deadline,
        ),
    ),
    "opportunity.filled": (
        News(
            posters, Topic.OPENINGS, "check",
            lambda w: _("Every place of “%(opening)s” is taken", **w),
            lambda w: _("The others who applied are told."),
            _POSTING, _see_posting,
        ),
        News(
            watchers, Topic.OPENINGS, "cross",
            lambda w: _("Every place of “%(opening)s” is taken", **w),
            lambda w: _("If a place comes free, you hear of it."),
            _OPENING, _read_opening,
        ),
    ),
    "opportunity.seat_freed": (
        News(
            posters, Topic.OPENINGS, "new",
            lambda w: _("A place of “%(opening)s” is free again", **w),
            lambda w: _("You can open it again, or offer it to someone you kept for later."),
            _POSTING, _see_posting,
        ),
    ),
    "opportunity.reopened": (
        News(
            watchers, Topic.OPENINGS, "arrow",
            lambda w: _("A place of “%(opening)s” is free again", **w),
            lambda w: _("It takes applications until %(due)s.", **w),
            _OPENING, _read_opening, _deadline, _apply_by,
        ),
    ),
    "opportunity.unfilled": (
        News(
            posters, Topic.OPENINGS, "dash",
            lambda w: _("“%(opening)s” ended without anyone", **w),
            lambda w: _("Copy it to try again; its page says what may have kept people away."),
            _POSTING, _see_posting,
        ),
    ),
    "opportunity.cancelled": (
        News(
            posters, Topic.ANSWERS, "cross",
            lambda w: _("“%(opening)s” was taken down", **w),
            lambda w: _("Its page says why. Everyone who applied is told; work that has begun goes on."),
            _POSTING, _see_posting,
        ),
        News(
            watchers, Topic.OPENINGS, "cross",
            lambda w: _("“%(opening)s” was cancelled", **w),
            lambda w: _("Nobody can apply any more; work that has begun goes on."),
            Link("opportunities.browse"), lambda w: _("Look at other openings"),
        ),
    ),
    "opportunity.expiring": (
        News(
            posters, Topic.DUE, "clock",
            lambda w: _("“%(opening)s” ends on %(due)s", **w),
            lambda w: _("Nothing has happened there for 25 days. Answer, change or renew it to keep it open."),
            _POSTING, _see_posting, _ends_idle, lambda w: _("Ends on"),
        ),
    ),
    "opportunity.expired": (
        News(
            posters, Topic.DUE, "dash",
            lambda w: _("“%(opening)s” has ended", **w),
            lambda w: _("Nothing happened there for 30 days. You can renew it."),
            _POSTING, _see_posting,
        ),
        News(
            applicants, Topic.ANSWERS, "dash",
            lambda w: _("“%(opening)s” has ended", **w),
            lambda w: _("%(org)s did nothing there for 30 days. Your application stays open until they answer.", **w),
            Link("applications.mine"), lambda w: _("See your applications"),
        ),
        News(
            watchers, Topic.OPENINGS, "dash",
            lambda w: _("“%(opening)s” has ended", **w),
            lambda w: _("If it is renewed, you hear of it."),
            _OPENING, _read_opening,
        ),
    ),
    "opportunity.renewed": (
        News(
            watchers, Topic.OPENINGS, "arrow",
            lambda w: _("“%(opening)s” takes applications again", **w),
            lambda w: _("It takes applications until %(due)s.", **w),
            _OPENING, _read_opening, _deadline, _apply_by,
        ),
    ),
}  # fmt: skip
