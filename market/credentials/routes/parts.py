"""What the pages of issuing share: whose organisation, the words of a picture, rows taken out of a form,
and the form in which a document is asked for."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from market.access import Actor, Task
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


def organisations_of(db: Session, actor: Actor) -> list[Organisation]:
    """The organisations this actor issues for."""
    return [db.get_one(Organisation, org_id) for org_id in actor.orgs_for(Task.ISSUE)]


def picture_words(achievement: Achievement, organisation: Organisation) -> tuple[str, str, str]:
    """What the picture of an achievement is drawn from: its name, its kind, the organisation's initials."""
    return achievement.name, kind_words(achievement.kind), initials(organisation.name)


def without_row(raw: Mapping[str, Any], prefix: str, number: str) -> dict[str, Any]:
    """The form with one row taken out."""
    return {k: v for k, v in raw.items() if not k.startswith(f"{prefix}-{number}-")}


def without_blank_rows(raw: Mapping[str, Any], prefix: str, telling: str) -> dict[str, Any]:
    """The form without rows whose telling field is empty: a row holds a select box that is never empty."""
    values = dict(raw)
    numbers = {key.split("-")[1] for key in values if key.startswith(f"{prefix}-") and key.count("-") == 2}
    for number in numbers:
        if not str(values.get(f"{prefix}-{number}-{telling}", "")).strip():
            values = without_row(values, prefix, number)
    return values


def wanted(accept: str) -> str:
    """Which form the header asks for: empty for the page, which browsers name and which is the usual."""
    asked = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if "text/html" in asked:
        return ""
    return next((_ACCEPTED[one] for one in asked if one in _ACCEPTED), "")
