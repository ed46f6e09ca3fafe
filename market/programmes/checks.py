"""The pay floor, and one line of a list of checks: what is there, what is still open, and where it is mended. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Floor(NamedTuple):
    """The least that an hour may be paid on this site, in minor units of its currency."""

    minor: int
    currency: str


class State(StrEnum):
    OK = "ok"
    OPEN = "open"  # to be mended
    NOT_NEEDED = "not_needed"


class Check(NamedTuple):
    """One line of the list. `section` is the page of the form where it is mended, `field` the question there."""

    key: str
    state: State
    words: str
    section: str
    field: str = ""
    required: bool = True

    @property
    def blocks(self) -> bool:
        return self.required and self.state is State.OPEN


def check(
    key: str, good: bool, yes: str, otherwise: str, section: str, field: str = "", *, required: bool = True
) -> Check:
    """A line that is there or still open."""
    return Check(
        key, State.OK if good else State.OPEN, yes if good else otherwise, section, field, required=required
    )


def blocking(checks: Sequence[Check]) -> list[Check]:
    """Those that keep it from going out."""
    return [one for one in checks if one.blocks]


def money(minor: int, currency: str) -> str:
    """An amount in a sentence. Pages use the filter; the rules have no locale to ask."""
    sign = {"GBP": "£", "EUR": "€", "USD": "$"}.get(currency, currency + " ")
    return f"{sign}{minor // 100}" if minor % 100 == 0 else f"{sign}{minor / 100:.2f}"
