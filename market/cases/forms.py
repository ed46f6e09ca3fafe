"""The forms of reporting and deciding."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from market.cases.rules import Reason, Verdict
from market.web.forms import Form

Words = Annotated[str, Field(min_length=10, max_length=2000)]


class ReportForm(Form):
    reason: Reason
    text: Words


class DecideForm(Form):
    verdict: Verdict
    answer: Words
    instead: Annotated[str, Field(max_length=4000)] = ""  # the text that may stand, where words are taken out


class OpeningVerdict(StrEnum):
    APPROVE = "approve"
    RETURN = "return"
    CANCEL = "cancel"


class OpeningForm(Form):
    """`note` is asked for unless the posting goes out."""

    verdict: OpeningVerdict
    note: Annotated[str, Field(max_length=2000)] = ""
