"""The news of credentials issued here: to their holders, and to those who issue for the organisation."""

from collections.abc import Mapping
from datetime import datetime

from market.credentials.rules import Status
from market.notifications.audience import issuers, person
from market.notifications.context import Context
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.words import _

_CREDENTIAL = Link("credentials.show", "credential")


def _see(_w: Mapping[str, str]) -> str:
    return _("Open the credential")


def _runs_out(context: Context) -> datetime | None:
    return context.credential.valid_until if context.credential else None


CREDENTIALS: dict[str, tuple[News, ...]] = {
    "credential.offered": (
        News(
            person, Topic.ANSWERS, "new",
            lambda w: _("%(org)s has issued you “%(credential)s”", **w),
            lambda w: _("Accept it, for everyone to see or for yourself alone, or refuse it. It waits until you do."),
            _CREDENTIAL, lambda w: _("Accept or refuse it"),
            when=lambda c: c.credential is not None and c.credential.status is Status.OFFERED,
        ),
    ),
    "credential.accepted": (
        News(
            issuers, Topic.WORK, "check",
            lambda w: _("%(person)s has accepted “%(credential)s”", **w),
            lambda w: _("Who may see it is theirs to say."),
            _CREDENTIAL, _see,
        ),
    ),
    "credential.refused": (
        News(
            issuers, Topic.ANSWERS, "cross",
            lambda w: _("%(person)s has refused “%(credential)s”", **w),
            lambda w: _("It is withdrawn, and nobody can read it any more."),
            _CREDENTIAL, _see,
        ),
    ),
    "credential.suspended": (
        News(
            person, Topic.ANSWERS, "clock",
            lambda w: _("%(org)s has suspended “%(credential)s”", **w),
            lambda w: _("Until it is reinstated, it does not count. The reason is on its page."),
            _CREDENTIAL, lambda w: _("Read the reason"),
        ),
    ),
    "credential.reinstated": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("“%(credential)s” counts again", **w),
            lambda w: _("%(org)s has reinstated it. If you keep a copy elsewhere, take the new one: the old stays withdrawn.", **w),
            _CREDENTIAL, _see,
        ),
    ),
    "credential.revoked": (
        News(
            person, Topic.ANSWERS, "cross",
            lambda w: _("%(org)s has revoked “%(credential)s”", **w),
            lambda w: _("It no longer counts, wherever it is checked. The reason is on its page."),
            _CREDENTIAL, lambda w: _("Read the reason"),
            when=lambda c: c.event.from_status not in ("drafted", "signed"),
        ),
    ),
    "credential.superseded": (
        News(
            person, Topic.WORK, "arrow",
            lambda w: _("“%(credential)s” has a newer one in its place", **w),
            lambda w: _("%(org)s issued it. The page of the old one leads to it.", **w),
            _CREDENTIAL, _see,
        ),
    ),
    "credential.expiring": (
        News(
            person, Topic.DUE, "clock",
            lambda w: _("“%(credential)s” runs out on %(due)s", **w),
            lambda w: _("Ask %(org)s whether it can be renewed.", **w),
            _CREDENTIAL, _see, _runs_out, lambda w: _("Runs out"),
        ),
        News(
            issuers, Topic.WORK, "clock",
            lambda w: _("“%(credential)s” of %(person)s runs out on %(due)s", **w),
            lambda w: _("Issue it anew if they still do what it says."),
            _CREDENTIAL, _see, _runs_out,
        ),
    ),
    "credential.expired": (
        News(
            person, Topic.ANSWERS, "clock",
            lambda w: _("“%(credential)s” has run out", **w),
            lambda w: _("It says so wherever it is checked."),
            _CREDENTIAL, _see,
        ),
    ),
    "credential.signed_anew": (
        News(
            person, Topic.WORK, "arrow",
            lambda w: _("“%(credential)s” was signed anew", **w),
            lambda w: _("The issuer’s key or address has changed. If you keep a copy elsewhere, take the new one."),
            _CREDENTIAL, _see,
        ),
    ),
}  # fmt: skip
