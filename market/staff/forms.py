"""What people type about pools, the matrix and what comes with an achievement."""

from typing import Annotated

from pydantic import Field

from market.web.forms import Form, Minor, Tick, within


class AgreeForm(Form):
    """Which organisation may write, and for how many days."""

    org: str
    days: int


class PauseForm(Form):
    paused: Tick = False


class NoteForm(Form):
    text: Annotated[str, Field(min_length=2, max_length=1000)]


class AskForm(Form):
    """Which opening to invite someone to, with a word of why."""

    opening: str
    note: str = Field(default="", max_length=1000)


class MatrixForm(Form):
    org: str
    agrees: Tick = False


class NeedForm(Form):
    level: Annotated[int, Field(ge=1, le=5)]


class IncentiveForm(Form):
    """What is promised for which achievement; an amount is in whole and hundredths."""

    achievement: Annotated[str, Field(min_length=1, max_length=16)]
    text: Annotated[str, Field(min_length=3, max_length=300)]
    amount: Annotated[Minor, within(1, 1_000_000_00)] | None = None
