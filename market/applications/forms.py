"""What people type about applications and offers."""

from datetime import date
from typing import Annotated

from pydantic import Field

from market.applications.rules import DeclineCode, RejectCode
from market.web.forms import Form, Minor, Tick, within

Short = Annotated[str, Field(max_length=120)]
Line = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=2000)]


class ApplyForm(Form):
    """The answers come beside it, named `answers-N` by the question's position."""

    version: int = Field(default=0, ge=0, le=100_000)  # of the terms the person read
    withdraw_if_hired: Tick = False
    agrees_to_pool: Tick = False


class DeclineForm(Form):
    code: DeclineCode
    text: Text = ""
    share: Tick = False


class RejectForm(Form):
    code: RejectCode
    text: Text = ""


class RescindForm(Form):
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class InviteForm(Form):
    note: Annotated[str, Field(max_length=600)] = ""


class PartForm(Form):
    title: Annotated[str, Field(min_length=1, max_length=120)]
    accepted_when: Annotated[str, Field(max_length=600)] = ""
    due_on: date | None = None
    amount_minor: Annotated[Minor, within(0, 100_000_000)] = 0


class TermsForm(Form):
    """Terms as one side writes them. Whether they add up is asked of `terms.problems`."""

    pay_minor: Annotated[Minor, within(0, 100_000_000)]
    hours: Annotated[int, Field(ge=1, le=400)]
    starts_on: date
    ends_on: date
    place: Line = ""
    ip_note: Text = ""
    note: Annotated[str, Field(max_length=600)] = ""  # to the other side, with these terms
    milestones: Annotated[list[PartForm], Field(max_length=12, default_factory=list)]
    mentors: Annotated[list[str], Field(max_length=10, default_factory=list)]  # people, by their public ids
