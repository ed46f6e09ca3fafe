"""What the pages of issuing share: the words of a picture, and the form in which a document is asked for."""

from market.accounts.models import Organisation
from market.credentials.models import Achievement
from market.credentials.sentences import kind_words
from market.web.show import initials

# What may be asked for, by the end of the address, and by the media types of `Accept`.
FORMS = {"json": "application/vc", "jwt": "application/vc+jwt", "png": "image/png", "svg": "image/svg+xml"}
_ACCEPTED = {
    "application/vc+jwt": "jwt",
    "application/jwt": "jwt",
    "application/vc": "json",
    "application/vc+ld+json": "json",
    "application/ld+json": "json",
    "application/json": "json",
    "image/png": "png",
    "image/svg+xml": "svg",
}


def picture_words(achievement: Achievement, organisation: Organisation) -> tuple[str, str, str]:
    """What the picture of an achievement is drawn from: its name, its kind, the organisation's initials."""
    return achievement.name, kind_words(achievement.kind), initials(organisation.name)


def wanted(accept: str) -> str:
    """Which form the header asks for: empty for the page, which browsers name and which is the usual."""
    asked = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if "text/html" in asked:
        return ""
    return next((_ACCEPTED[one] for one in asked if one in _ACCEPTED), "")
