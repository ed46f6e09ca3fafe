"""The way through the site: which links stand at the head and at the foot of a page, for whom.

Someone who belongs to an organisation has two sides, the organisation's and their own; the head shows the side of the
page they are on, and a way to the other.
"""

from collections.abc import Callable
from typing import NamedTuple

from market.access import Actor
from market.words import _

Address = Callable[
    [str], str | None
]  # the path of a route by its name, None where the site has no such route
OWN_SIDE = ("/home", "/me", "/work", "/applications", "/offers", "/wanted")


class Item(NamedTuple):
    key: str
    href: str
    words: str


class Menu(NamedTuple):
    main: list[Item]
    account: list[Item]
    foot: list[tuple[str, list[Item]]]


def nav(actor: Actor, path: str, address: Address, *, demo: bool) -> Menu:
    """The menus of the page at `path`."""
    return Menu(
        _items(address, _main(actor, path)),
        _items(address, _account(actor, demo=demo)),
        [(title, _items(address, links)) for title, links in _foot()],
    )


def _main(actor: Actor, path: str) -> list[tuple[str, str, str]]:
    if not actor.is_signed_in:
        return [("openings", "opportunities.browse", _("Openings")), ("how", "home.how", _("How it works"))]
    own = [
        ("home", "home.talent", _("My next step")),
        ("openings", "opportunities.browse", _("Openings")),
        ("work", "engagements.mine", _("My work")),
        ("profile", "profiles.mine", _("My profile")),
    ]
    moderation = [("cases", "cases.queue", _("Moderation"))] if actor.is_moderator or actor.is_admin else []
    if not actor.memberships:
        return own + moderation
    if path.startswith(OWN_SIDE):
        return [
            *own,
            ("org", "home.employer", _("For %(who)s", who=actor.memberships[0].org_name)),
            *moderation,
        ]
    return [
        ("employer", "home.employer", _("To answer")),
        ("posts", "opportunities.mine", _("Our openings")),
        ("team", "engagements.ours", _("Work")),
        ("people", "matching.people", _("People")),
        ("own", "home.talent", _("My own side")),
        *moderation,
    ]


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
                ("pay", "home.pay", _("The pay floor")),
                ("skills", "skills.browse", _("Skills by field of work")),
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
