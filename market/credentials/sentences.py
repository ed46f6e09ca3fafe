"""Words for achievements and credentials issued here: kinds, states, and what a state means to whom."""

from datetime import datetime

from market.credentials.rules import AchievementStatus, Status, Visibility
from market.web import show
from market.words import _, plural

Tag = tuple[str, str, str]  # kind, glyph and words of `ui.status`


def kind_words(kind: str) -> str:
    """An achievementType of Open Badges 3.0 as people say it."""
    return {
        "Badge": _("Badge"),
        "MicroCredential": _("Micro-credential"),
        "Competency": _("Competency"),
        "CertificateOfCompletion": _("Certificate of completion"),
        "Certificate": _("Certificate"),
        "Course": _("Course"),
        "LearningProgram": _("Learning programme"),
        "Fieldwork": _("Fieldwork"),
        "CommunityService": _("Community service"),
        "Award": _("Award"),
    }.get(kind, kind)


def achievement_state(status: AchievementStatus) -> Tag:
    return {
        AchievementStatus.DRAFT: ("", "half", _("Draft")),
        AchievementStatus.PUBLISHED: ("ok", "check", _("Published")),
        AchievementStatus.RETIRED: ("", "dash", _("Retired")),
    }[status]


def state(status: Status, valid_until: datetime | None = None) -> Tag:
    """Where a credential stands, for lists and heads."""
    if status is Status.ACCEPTED and valid_until is not None:
        return ("ok", "clock", _("Valid until %(day)s", day=show.day_full(valid_until)))
    return {
        Status.DRAFTED: ("", "half", _("Being signed")),
        Status.SIGNED: ("", "half", _("Being signed")),
        Status.OFFERED: ("way", "letter", _("Offered")),
        Status.ACCEPTED: ("ok", "check", _("Valid")),
        Status.REFUSED: ("", "cross", _("Refused")),
        Status.SUSPENDED: ("warn", "lock", _("Suspended")),
        Status.EXPIRED: ("warn", "clock", _("Expired")),
        Status.REVOKED: ("bad", "cross", _("Revoked")),
        Status.SUPERSEDED: ("", "arrow", _("Replaced by a newer one")),
    }[status]


def standing_words(status: Status, org: str, reason: str, valid_until: datetime | None) -> str:
    """What a state means, in a sentence; empty where there is nothing to say. The reason is the issuer's words."""
    day = show.day_full(valid_until) if valid_until else ""
    said = {
        Status.SUSPENDED: _("%(org)s has suspended this credential. It does not count for now.", org=org),
        Status.EXPIRED: _("This credential ran out on %(day)s. It says what was true then.", day=day),
        Status.REVOKED: _("%(org)s has revoked this credential. It does not count any more.", org=org),
        Status.SUPERSEDED: _("%(org)s has issued a newer credential in its place.", org=org),
    }.get(status, "")
    if said and reason and status in (Status.SUSPENDED, Status.REVOKED):
        return _("%(said)s They write: “%(reason)s”", said=said, reason=reason)
    return said


def seen_by(visibility: Visibility) -> str:
    if visibility is Visibility.PUBLIC:
        return _("Everyone can see it, and it stands on your profile if people may open that.")
    return _("Only you and the issuer can see it. You can still download it and hand it over yourself.")


def months(n: int | None) -> str:
    """For how long a credential is good."""
    if n is None:
        return _("Without an end")
    if n % 12 == 0:
        return plural("%(n)s year", "%(n)s years", n // 12)
    return plural("%(n)s month", "%(n)s months", n)
