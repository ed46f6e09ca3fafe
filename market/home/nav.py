"""The way through the site: which links stand at the head and at the foot of a page, for whom.

Someone who belongs to an organisation has two sides, the organisation's and their own; the head shows the side of the
page they are on, and a way to the other.
"""

from collections.abc import Callable
from typing import NamedTuple

from market.access import Actor, Task
from market.words import _

Address = Callable[
    [str], str | None
]  # the path of a route by its name, None where the site has no such route
OF_ORG = ("employer", "posts", "team", "people", "issue")
OF_ONESELF = ("home", "work", "profile")
OWN_SIDE = ("/home", "/me", "/work", "/applications", "/offers", "/wanted", "/credentials", "/wallet")


class Item(NamedTuple):
    key: str
    href: str
    words: str


class Menu(NamedTuple):
    main: list[Item]
    account: list[Item]
    foot: list[tuple[str, list[Item]]]


def nav(actor: Actor, path: str, address: Address, *, demo: bool, here: str = "") -> Menu:
    """The menus of the page at `path`; `here` is the key of the entry that the page says it belongs to."""
    return Menu(
        _items(address, _main(actor, path, here)),
        _items(address, _account(actor, demo=demo)),
        [(title, _items(address, links)) for title, links in _foot()],
    )


def _main(actor: Actor, path: str, here: str) -> list[tuple[str, str, str]]:
    if not actor.is_signed_in:
        return [
            ("openings", "opportunities.browse", _("Openings")),
            ("programmes", "programmes.browse", _("Programmes")),
            ("verify", "checks.new", _("Check a credential")),
            ("how", "home.how", _("How it works")),
        ]
    own = [
        ("home", "home.talent", _("My next step")),
        ("openings", "opportunities.browse", _("Openings")),
        ("programmes", "programmes.browse", _("Programmes")),
        ("work", "engagements.mine", _("My work")),
        ("profile", "profiles.mine", _("My profile")),
    ]
    moderation = [("cases", "cases.queue", _("Moderation"))] if actor.is_moderator or actor.is_admin else []
    if not actor.memberships:
        return own + moderation
    if _is_own_side(path, here):
        return [
            *own,
            ("org", "home.employer", _("For %(who)s", who=actor.memberships[0].org_name)),
            *moderation,
        ]
    posts = [("posts", "opportunities.mine", _("Our openings"))] if actor.orgs_for(Task.POST) else []
    team = [("team", "engagements.ours", _("Work"))] if actor.orgs_for(Task.SUPERVISE) else []
    people = [("people", "matching.people", _("People"))] if actor.orgs_for(Task.DECIDE) else []
    issuing = [("issue", "achievements.ours", _("Credentials"))] if actor.orgs_for(Task.ISSUE) else []
    return [
        ("employer", "home.employer", _("To answer")),
        *posts,
        *team,
        *people,
        *issuing,
        ("own", "home.talent", _("My own side")),
        *moderation,
    ]


def _is_own_side(path: str, here: str) -> bool:
    """Which side a page is of: as it says itself (one work has a page for both), else by its address."""
    if here in OF_ORG:
        return False
    return here in OF_ONESELF or path.startswith(OWN_SIDE)


def _account(actor: Actor, *, demo: bool) -> list[tuple[str, str, str]]:
    step_in = [("demo", "demo.step_in", _("Step in as someone"))] if demo else []
    if not actor.is_signed_in:
        return [
            *step_in,
            ("sign-up", "accounts.sign_up", _("Make an account")),
            ("sign-in", "accounts.sign_in", _("Sign in")),
        ]
    news = _("News (%(n)s)", n=actor.unread_count) if actor.unread_count else _("News")
    return [*step_in, ("news", "notifications.list", news), ("account", "accounts.settings", actor.name)]


def _foot() -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            _("How it works"),
            [
                ("how", "home.how", _("How Foothold works")),
                ("levels", "home.levels", _("How a level is worked out")),
                ("tiers", "home.tiers", _("What the tiers T0 to T4 mean")),
                ("agreement", "home.agreement", _("How far assessors agree")),
                ("pay", "home.pay", _("The pay floor")),
                ("skills", "skills.browse", _("Skills by field of work")),
                ("verify", "checks.new", _("Check a credential")),
            ],
        ),
        (
            _("About this site"),
            [
                ("privacy", "home.privacy", _("Privacy")),
                ("accessibility", "home.accessibility", _("Accessibility statement")),
                ("about", "home.about", _("Who runs this site")),
            ],
        ),
    ]


def _items(address: Address, wanted: list[tuple[str, str, str]]) -> list[Item]:
    """Links to the routes this site has."""
    return [Item(key, href, words) for key, route, words in wanted if (href := address(route)) is not None]
