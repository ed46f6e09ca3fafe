"""What holds for profiles: who may see one, how much fits on it, and what is worth adding next."""

import ipaddress
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from market.access import YES, Actor, Decision, no
from market.words import _

LEVELS = range(1, 6)
MOST_CLAIMS = 60
MOST_WANTED = 20
MOST_PROJECTS = 40
MOST_PROJECT_SKILLS = 8
MOST_BACKGROUND = 30  # rows of experience, and of education
MOST_LANGUAGES = 10
EARLIEST_YEAR = 1930

_HIDDEN_HOSTS = ("localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa", ".invalid", ".test")


class Visibility(StrEnum):
    """Who sees a profile beside its owner. Private until the owner says otherwise."""

    PRIVATE = "private"  # organisations one applied to or works for
    MEMBERS = "members"  # people who recruit for a verified organisation, too
    PUBLIC = "public"  # anyone


class Seer(NamedTuple):
    """What someone is to the owner of a profile, looked up before the rule is asked."""

    is_blocked: bool = False  # either blocked the other, or an organisation stands between them
    is_reader: bool = False  # for an organisation the owner applied to or works for
    recruits: bool = False  # for a verified organisation


def may_see(actor: Actor, owner_id: int, visibility: Visibility, seer: Seer) -> Decision:
    """See someone's profile. Moderators see what people who recruit see; they get no key to a private one."""
    if actor.id == owner_id and actor.is_signed_in:
        return YES
    if seer.is_blocked:
        return no(_("This page is not open to you."))
    if seer.is_reader or visibility is Visibility.PUBLIC:
        return YES
    if visibility is Visibility.MEMBERS and (seer.recruits or actor.is_moderator or actor.is_admin):
        return YES
    return no(_("This page is not open to you."))


def is_open_link(link: str) -> bool:
    """Could anyone open it: a web address with a public name, without a password in it?"""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").rstrip(".").lower()
        _port = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.username is not None or not link.isprintable():
        return False
    if " " in link or "." not in host or host.endswith(_HIDDEN_HOSTS):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return all(host.split("."))


class Todo(NamedTuple):
    """Something that would make a profile say more. `key` names the part of the page it belongs to."""

    key: str
    title: str
    words: str


def missing(
    *, headline: str, claims: int, open_projects: int, hours_week: int | None, visibility: Visibility
) -> list[Todo]:
    """What is worth adding, the most useful first: skills, something to look at, who may see it, then the rest."""
    found: list[Todo] = []
    if not claims:
        found.append(
            Todo(
                "skills",
                _("Say what you can do"),
                _("Name a skill and a level. Openings are sorted by them."),
            )
        )
    if not open_projects:
        found.append(
            Todo(
                "projects",
                _("Show one thing you made"),
                _("A link that anyone can open counts for more than a skill that you only name."),
            )
        )
    if visibility is Visibility.PRIVATE:
        found.append(
            Todo(
                "basics",
                _("Choose who may find you"),
                _("Your profile is private: only organisations you apply to or work for see it."),
            )
        )
    if not headline:
        found.append(
            Todo(
                "basics",
                _("Write one line about yourself"),
                _("It stands under your name, wherever you are listed."),
            )
        )
    if hours_week is None:
        found.append(
            Todo(
                "basics",
                _("Say how many hours a week you have"),
                _("Openings ask for it. Without it you stay in the lists, with nothing said."),
            )
        )
    return found
