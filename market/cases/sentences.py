"""Words for reports: kinds of things, reasons, verdicts."""

from market.cases.rules import About, Reason, Verdict
from market.words import _


def kind_words(kind: str) -> str:
    """What is reported, inside a sentence."""
    return {
        About.REVIEW: _("a review"),
        About.MESSAGE: _("a message"),
        About.OPPORTUNITY: _("an opening"),
        About.PERSON: _("a person"),
        About.ORGANISATION: _("an organisation"),
    }[About(kind)]


def reason_words(reason: Reason) -> str:
    return {
        Reason.UNPAID: _("It asks for unpaid work"),
        Reason.DISCRIMINATION: _("It shuts people out for who they are"),
        Reason.HARASSMENT: _("It insults, threatens or presses someone"),
        Reason.UNTRUE: _("It is not true, or not who it says it is"),
        Reason.PRIVACY: _("It tells private things about someone"),
        Reason.SPAM: _("It is advertising or a trick"),
        Reason.OTHER: _("Something else"),
    }[reason]


def verdict_words(verdict: Verdict) -> str:
    """The choice, as the moderator reads it."""
    return {
        Verdict.KEPT: _("Leave it as it is"),
        Verdict.REDACTED: _("Take words out"),
        Verdict.REMOVED: _("Take it down"),
        Verdict.CANCELLED: _("Cancel the opening"),
        Verdict.SUSPENDED: _("Close the account"),
        Verdict.UNVERIFIED: _("Take the verification back"),
    }[verdict]


def verdict_hint(kind: About, verdict: Verdict) -> str:
    """What follows from the choice."""
    if kind is About.MESSAGE and verdict is Verdict.SUSPENDED:
        return _("The message is taken down too. They can no longer sign in, and are told so by e-mail.")
    return (
        {
            Verdict.KEPT: _("Only whoever reported it is told."),
            Verdict.REDACTED: _("What you write below stands in place of the text. The ratings stay."),
            Verdict.REMOVED: _("A line says that a moderator took it down. Its statements stop counting."),
            Verdict.CANCELLED: _(
                "Everyone who applied is told, with the reason. Work that has begun goes on."
            ),
            Verdict.SUSPENDED: _("They can no longer sign in, and are told so by e-mail. It can be undone."),
            Verdict.UNVERIFIED: _(
                "A moderator reads its openings before they go out, until it is verified again."
            ),
        }[verdict]
        if not (kind is About.MESSAGE and verdict is Verdict.REMOVED)
        else _("A line says that a moderator took it down.")
    )


def outcome_words(kind: About, verdict: Verdict) -> str:
    """What was decided, as both sides read it."""
    if kind is About.MESSAGE and verdict is Verdict.SUSPENDED:
        return _("The message was taken down, and the account that wrote it closed.")
    return {
        Verdict.KEPT: _("It stays as it is."),
        Verdict.REDACTED: _("Words were taken out of it."),
        Verdict.REMOVED: _("It was taken down."),
        Verdict.CANCELLED: _("The opening was cancelled."),
        Verdict.SUSPENDED: _("The account was closed."),
        Verdict.UNVERIFIED: _("The organisation is no longer verified."),
    }[verdict]
