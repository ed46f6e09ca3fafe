"""The forms of work: handing in, answering, ending, paying, judging."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from market.engagements.rules import Fault, TrialOutcome
from market.rubrics.queries import RubricView
from market.web.forms import Form, Minor, Tick, within
from market.words import _


def _address(text: str) -> str:
    """A link that anyone can open: http or https, with a host and without a password in it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username is not None
        or not text.isprintable()
    ):
        raise ValueError(_("Write a whole address that begins with https://."))
    return text


Link = Annotated[str, Field(max_length=500), AfterValidator(_address)]


class HandIn(Form):
    note: str = Field(default="", max_length=4000)
    link: Link | None = None
    as_evidence: Tick = False


class Words(Form):
    """An answer that may be empty."""

    note: str = Field(default="", max_length=2000)


class Reason(Form):
    """An answer that may not."""

    note: str = Field(min_length=5, max_length=2000)


class Approval(Words):
    """What an employer says to a version that was handed in."""

    version: int = 0  # the one that the page showed


class Changes(Reason):
    """What should be different in the next version."""

    version: int = 0  # the one that the page showed


class Pause(Form):
    note: str = Field(min_length=5, max_length=2000)
    until: date | None = None


class End(Form):
    note: str = Field(min_length=20, max_length=2000)
    fault: Fault


class Amount(Form):
    amount: Annotated[Minor, within(0, 100_000_000)]
    note: str = Field(default="", max_length=500)


class Change(Form):
    ends_on: date | None = None
    note: str = Field(min_length=5, max_length=1000)


class OutcomeForm(Form):
    outcome: TrialOutcome


def dues(values: dict[str, Any]) -> tuple[dict[str, date], dict[str, str]]:
    """Due dates by milestone, from fields called `due-<public id>`; and an error for each that is no date."""
    found, errors = {}, {}
    for name, text in values.items():
        key = name.removeprefix("due-")
        if key == name or not isinstance(text, str) or not text.strip():
            continue
        try:
            found[key] = date.fromisoformat(text.strip())
        except ValueError:
            errors[name] = _("Write a date, as day, month and year.")
    return found, errors


def steps_of(values: dict[str, Any], rubric: RubricView) -> tuple[dict[int, tuple[int, str]], dict[str, str]]:
    """Chosen steps by criterion id, with words, from `step-<position>` and `why-<position>`; and errors by field."""
    found: dict[int, tuple[int, str]] = {}
    errors: dict[str, str] = {}
    for criterion in rubric.criteria:
        text, why = (
            str(values.get(f"step-{criterion.position}", "")),
            str(values.get(f"why-{criterion.position}", "")).strip(),
        )
        if len(why) > 1000:
            errors[f"why-{criterion.position}"] = _(
                "This is %(n)s characters long. Shorten it to 1000.", n=len(why)
            )
        if text in ("0", "1", "2", "3", "4"):
            found[criterion.id] = (int(text), why[:1000])
        elif text:
            errors[f"step-{criterion.position}"] = _("Choose one of the steps.")
    return found, errors
