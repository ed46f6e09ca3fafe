"""The news of credentials that people brought, and of identifiers they show to be theirs."""

from collections.abc import Mapping

from market.notifications.audience import person
from market.notifications.context import Context
from market.notifications.news import Link, News
from market.notifications.rules import Topic
from market.wallet.rules import UNDER_WAY
from market.words import _

_HELD = Link("wallet.show", "held")


def _title(w: Mapping[str, str]) -> str:
    return _("“%(held)s”", **w) if w["held"] else _("A credential of yours")


def _open(_w: Mapping[str, str]) -> str:
    return _("Open its report")


def _again(context: Context) -> bool:
    """Was it checked before? Whoever has just brought one looks at its page."""
    return context.event.from_status not in UNDER_WAY


def _why_lost(w: Mapping[str, str]) -> str:
    return {
        "revoked": _("Its issuer has withdrawn it. It counts for nothing from now on."),
        "expired": _("Its last day has passed. It counts for nothing from now on."),
        "suspended": _("Its issuer has suspended it for now. It counts again should that be lifted."),
        "issuer_denied": _("This site no longer accepts what its issuer signs. The reason stands on the issuer’s page."),
        "recipient_mismatch": _("It names an address that is no longer one of yours. Add and confirm it again to keep it."),
    }.get(w["reason"], _("A check that it passed before fails now. It counts for nothing from now on."))  # fmt: skip


WALLET: dict[str, tuple[News, ...]] = {
    "held.verified": (
        News(
            person, Topic.SITE, "check",
            lambda w: _("%(which)s is verified", which=_title(w)),
            lambda w: _("It counts for the skills you confirmed."),
            _HELD, _open, when=_again,
        ),
    ),
    "held.verified_with_warnings": (
        News(
            person, Topic.SITE, "check",
            lambda w: _("%(which)s is verified, with care", which=_title(w)),
            lambda w: _("Its report says what to take care of. It counts for the skills you confirmed."),
            _HELD, _open, when=_again,
        ),
    ),
    "held.not_verified": (
        News(
            person, Topic.SITE, "cross",
            lambda w: _("%(which)s is not verified", which=_title(w)),
            lambda w: _("Its report says which check failed, and what you can do."),
            _HELD, _open, when=_again,
        ),
    ),
    "held.lost": (
        News(
            person, Topic.SITE, "warn",
            lambda w: _("%(which)s is no longer verified", which=_title(w)),
            _why_lost, _HELD, _open,
        ),
    ),
    "identity.lost": (
        News(
            person, Topic.SITE, "warn",
            lambda w: _("A page of yours no longer links back here"),
            lambda w: _("It shows nothing to be yours until the link is there again. Credentials that rested on it are checked anew."),
            Link("wallet.identifiers"), lambda w: _("Your identifiers and pages"),
        ),
    ),
}  # fmt: skip
