"""Deliveries in words."""

from market.net.errors import SENTENCES
from market.webhooks.queries import Sent
from market.webhooks.rules import HandOverStatus, What
from market.webhooks.sending import FAILED, MOVED, UNREADABLE
from market.words import _


def state(one: Sent) -> tuple[str, str, str]:
    """(kind, glyph, words) for ui.status."""
    return {
        HandOverStatus.WAITING: ("", "clock", _("In line"))
        if not one.tries
        else ("warn", "half", _("To be tried again")),
        HandOverStatus.DONE: ("ok", "check", _("Taken")),
        HandOverStatus.DEAD: ("warn", "cross", _("Given up")),
        HandOverStatus.DROPPED: ("", "dash", _("Not sent: the agreement ended")),
    }[one.status]


def what(one: Sent) -> str:
    return (
        _("A test")
        if one.what is What.TEST
        else _("Completed work of %(name)s", name=one.person or _("someone who left"))
    )


def answered(one: Sent) -> str:
    """What came of the last try."""
    if one.trouble == MOVED:
        return _(
            "It answered %(n)s and sends us elsewhere; that is not followed. Set the new address.",
            n=one.answer,
        )
    if one.trouble == UNREADABLE:
        return _("The secret cannot be read any more. Make a new one.")
    if one.trouble == FAILED:
        return _("It could not be sent because of a fault on our side.")
    if one.trouble is not None:
        return _(SENTENCES.get(one.trouble, one.trouble))
    return _("It answered %(n)s.", n=one.answer) if one.answer is not None else ""
