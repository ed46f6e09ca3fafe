"""The news of pathways: someone reached the end of one, or a part of what they completed was revoked."""

from market.notifications.audience import issuers, person
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.words import _

_PATHWAY = Link("pathways.show", "pathway")
_CREDENTIAL = Link("credentials.show", "credential")

PATHWAYS: dict[str, tuple[News, ...]] = {
    "pathway.completed": (
        News(
            person, Topic.ANSWERS, "check",
            lambda w: _("You have completed “%(pathway)s”", **w),
            lambda w: _("%(org)s issues the credential it leads to, and it is offered to you as soon as it is signed.", **w),
            _PATHWAY, lambda w: _("See the whole way"),
        ),
        News(
            issuers, Topic.WORK, "check",
            lambda w: _("%(person)s has completed “%(pathway)s”", **w),
            lambda w: _("What it leads to is issued by itself. Nothing is asked of you."),
            _PATHWAY, lambda w: _("See the pathway"),
        ),
    ),
    "pathway.part_lost": (
        News(
            person, Topic.ANSWERS, "warn",
            lambda w: _("A part of what you completed in “%(pathway)s” was revoked", **w),
            lambda w: _("“%(credential)s” stays as it is. %(org)s was told as well and decides whether it still stands for it.", **w),
            _CREDENTIAL, lambda w: _("Open the credential"), or_link=_PATHWAY,
        ),
        News(
            issuers, Topic.DUE, "warn",
            lambda w: _("A part of “%(credential)s” of %(person)s was revoked by its issuer", **w),
            lambda w: _("It stays until you say otherwise. Read why the part was revoked, then leave it, suspend it or revoke it."),
            _CREDENTIAL, lambda w: _("Look at it and decide"), or_link=_PATHWAY,
        ),
    ),
}  # fmt: skip
