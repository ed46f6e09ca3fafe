"""The form of a pathway: what it is called, what it stacks to, its parts in their order, what comes before, what it
counts as elsewhere. Things of other issuers are named by the address of their page."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from market.pathways.rules import (
    MOST_CREDITS,
    MOST_PARTS,
    MOST_PREREQUISITES,
    MOST_SUMMARY,
    MOST_TENTHS,
    MOST_TITLE,
)
from market.web.forms import Form, Tick
from market.words import _

Id = Annotated[str, StringConstraints(max_length=16)]
Address = Annotated[str, StringConstraints(max_length=300)]
DEFAULT_UNIT = "ECTS"


def tenths(written: object) -> object:
    """`2.5` or `2,5` as 25. Raises `ValueError` for what is no such number."""
    if not isinstance(written, str):
        return written
    try:
        value = Decimal(written.strip().replace(",", ".")) * 10
    except InvalidOperation:
        raise ValueError(_("Write a number, such as 5 or 2.5.")) from None
    if not value.is_finite() or value != value.to_integral_value() or not 0 < value <= MOST_TENTHS:
        raise ValueError(_("Write a number above 0, with one digit behind the point at most."))
    return int(value)


class BeginForm(Form):
    """How one is begun: with a title."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TITLE)]


class PartRow(Form):
    """One of our own, or the address of another issuer's."""

    own: Id = ""
    address: Address = ""
    required: Tick = False


class BeforeRow(Form):
    """The address of a pathway or of an achievement."""

    address: Address = ""


class CreditRow(Form):
    institution: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    amount: Annotated[int, BeforeValidator(tenths)]
    unit: Annotated[str, StringConstraints(max_length=40)] = ""
    link: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class PathwayForm(Form):
    """The whole of it. A draft may be unfinished."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TITLE)]
    summary: Annotated[str, StringConstraints(max_length=MOST_SUMMARY)] = ""
    target: Id = ""
    needed: int = Field(default=1, ge=1, le=MOST_PARTS)
    ordered: Tick = False
    for_members: Tick = False
    parts: list[PartRow] = Field(default=[], max_length=MOST_PARTS)
    before: list[BeforeRow] = Field(default=[], max_length=MOST_PREREQUISITES)
    credits: list[CreditRow] = Field(default=[], max_length=MOST_CREDITS)
