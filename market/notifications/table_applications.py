"""The news of applications and offers."""

from collections.abc import Mapping
from datetime import datetime

from market.notifications.audience import (
    answering_side,
    other_side,
    person,
    reviewers,
)
from market.notifications.context import Context
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.words import _

_OPENING = Link("opportunities.show", "opening")
_APPLICATION = Link("applications.show", "application")
_OFFER = Link("offers.show", "offer")


def _read_opening(_w: Mapping[str, str]) -> str:
    return _("Open the opening")


def _see_application(_w: Mapping[str, str]) -> str:
    return _("Open the application")


def _see_offer(_w: Mapping[str, str]) -> str:
    return _("Read it, then sign, suggest or decline")


def _answer_by(_w: Mapping[str, str]) -> str:
    return _("Answer by")


def _promised(_w: Mapping[str, str]) -> str:
    return _("Answer promised by")


def _apply_by(_w: Mapping[str, str]) -> str:
    return _("Apply by")


def _deadline(context: Context) -> datetime | None:
    return context.opening.deadline_at if context.opening else None


def _answer_due(context: Context) -> datetime | None:
    return context.application.answer_due_at if context.application else None


def _offer_ends(context: Context) -> datetime | None:
    return context.offer.expires_at if context.offer else None


def _of_consent(w: Mapping[str, str], ended: str, otherwise: str) -> str:
    return ended if w["reason"] == "consent_ended" else otherwise


APPLICATIONS: dict[str, tuple[News, ...]] = {
    "application.submitted": (
        News(
            reviewers, Topic.ANSWERS, "letter",
            lambda w: _("%(person)s applies for “%(opening)s”", **w),
            lambda w: _("You promised an answer by %(due)s.", **w),
            _APPLICATION, _see_application, _answer_due, _answer_by,
        ),
    ),
    "application.withdrawn": (
        News(
            reviewers, Topic.ANSWERS, "cross",
            lambda w: _("%(person)s took the application for “%(opening)s” back", **w),
            lambda w: _("Nothing is asked of you."),
            _APPLICATION, _see_application,
        ),
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("Your application for “%(opening)s” was taken back", **w),
            lambda w: _("You asked for that when you sent it: you have signed elsewhere."),
            _APPLICATION, _see_application,
        ),
    ),
    "application.opened": (
        News(
            person, Topic.ANSWERS, "half",
            lambda w: _("%(org)s is reading your application", **w),
            lambda w: _("“%(opening)s”. Answer promised by %(due)s.", **w),
            _APPLICATION, _see_application, _answer_due, _promised,
        ),
    ),
    "application.shortlisted": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("%(org)s put you on the shortlist", **w),
            lambda w: _("“%(opening)s”. Answer promised by %(due)s.", **w),
            _APPLICATION, _see_application, _answer_due, _promised,
        ),
    ),
    "application.declined": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("%(org)s declined", **w),
            lambda w: _("“%(opening)s”. The reason is on the page, with what would close the gap.", **w),
            _APPLICATION, lambda w: _("Read the reason"),
        ),
    ),
    "application.reconsidered": (
        News(
            person, Topic.ANSWERS, "half",
            lambda w: _("%(org)s reads your application again", **w),
            lambda w: _("“%(opening)s”. The earlier answer no longer holds.", **w),
            _APPLICATION, _see_application,
        ),
    ),
    "application.pooled": (
        News(
            person, Topic.ANSWERS, "half",
            lambda w: _("%(org)s keeps your application for later", **w),
            lambda w: _("“%(opening)s”. You agreed to be asked again, and can change your mind.", **w),
            _APPLICATION, _see_application,
        ),
    ),
    "application.revived": (
        News(
            person, Topic.ANSWERS, "half",
            lambda w: _("%(org)s takes your application up again", **w),
            lambda w: _("“%(opening)s”. Answer promised by %(due)s.", **w),
            _APPLICATION, _see_application, _answer_due, _promised,
        ),
    ),
    "application.offered": (
        News(
            person, Topic.DUE, "letter",
            lambda w: _("%(org)s offers you a place", **w),
            lambda w: _("“%(opening)s”. The offer lapses on %(due)s.", **w),
            _OFFER, _see_offer, _offer_ends, _answer_by,
        ),
    ),
    "application.countered": (
        News(
            other_side, Topic.DUE, "letter",
            lambda w: _("Version %(version)s of the terms for “%(opening)s”", **w),
            lambda w: _("The other side suggests other terms. They lapse on %(due)s.", **w),
            _OFFER, _see_offer, _offer_ends, _answer_by,
        ),
    ),
    "application.offer_rescinded": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("%(org)s took its offer back", **w),
            lambda w: _("“%(opening)s”. The reason is on the page.", **w),
            _APPLICATION, lambda w: _("Read the reason"),
        ),
    ),
    "application.offer_declined": (
        News(
            reviewers, Topic.ANSWERS, "cross",
            lambda w: _("%(person)s declined your offer", **w),
            lambda w: _("“%(opening)s”. The reason is on the page; you can make another offer.", **w),
            _APPLICATION, lambda w: _("Read the reason"),
        ),
    ),
    "application.offer_expired": (
        News(
            person, Topic.ANSWERS, "dash",
            lambda w: _("The offer for “%(opening)s” has lapsed", **w),
            lambda w: _("Nobody signed it in seven days. %(org)s can make another.", **w),
            _APPLICATION, _see_application,
        ),
        News(
            reviewers, Topic.ANSWERS, "dash",
            lambda w: _("The offer to %(person)s has lapsed", **w),
            lambda w: _("“%(opening)s”. Nobody signed it in seven days; you can make another.", **w),
            _APPLICATION, _see_application,
        ),
    ),
    "application.auto_closed": (
        News(
            person, Topic.ANSWERS, "dash",
            lambda w: _of_consent(
                w,
                _("%(org)s no longer keeps your application", **w),
                _("%(org)s never answered", **w),
            ),
            lambda w: _of_consent(
                w,
                _("“%(opening)s”. Your agreement to be asked again has run out.", **w),
                _("“%(opening)s”. After sixty days without an answer it is closed. That says nothing about you.", **w),
            ),
            _APPLICATION, _see_application,
        ),
    ),
    "application.not_selected": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("Every place of “%(opening)s” is taken", **w),
            lambda w: _("Someone else was chosen. You can agree to be asked again when a place comes free."),
            _APPLICATION, _see_application,
        ),
    ),
    "application.opportunity_cancelled": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("“%(opening)s” was cancelled", **w),
            lambda w: _("Your application ends with it. The reason is on the page."),
            _APPLICATION, lambda w: _("Read the reason"),
        ),
    ),
    "application.overdue": (
        News(
            person, Topic.ANSWERS, "clock",
            lambda w: _("%(org)s has passed its promise", **w),
            lambda w: _("“%(opening)s”. An answer was promised by %(due)s. We have reminded them.", **w),
            _APPLICATION, _see_application, _answer_due,
        ),
        News(
            reviewers, Topic.DUE, "clock",
            lambda w: _("%(person)s waits for your answer since %(due)s", **w),
            lambda w: _("“%(opening)s”. That is the day you promised. With three such, it takes no more applications.", **w),
            _APPLICATION, _see_application, _answer_due, lambda w: _("Promised by"),
        ),
    ),
    "application.invited": (
        News(
            person, Topic.ANSWERS, "letter",
            lambda w: _("%(org)s asks you to apply", **w),
            lambda w: _("“%(opening)s”. Apply by %(due)s, or say no, thank you.", **w),
            _OPENING, _read_opening, _deadline, _apply_by,
        ),
    ),
    "offer.lapses_soon": (
        News(
            answering_side, Topic.DUE, "clock",
            lambda w: _("The offer for “%(opening)s” lapses on %(due)s", **w),
            lambda w: _("It waits for your answer: sign, suggest other terms or decline."),
            _OFFER, _see_offer, _offer_ends, _answer_by,
        ),
    ),
}  # fmt: skip
