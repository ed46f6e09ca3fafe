"""The forms of reviews."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from market.reviews.rules import AXES, Side
from market.web.forms import Form
from market.words import _


class ReviewForm(Form):
    text: str = Field(min_length=20, max_length=1000)
    private_note: str = Field(default="", max_length=1000)


class Reply(Form):
    reply: str = Field(min_length=2, max_length=600)


def axes_of(values: Mapping[str, Any], about: Side) -> tuple[dict[str, int], dict[str, str]]:
    """The chosen steps by axis, and an error for each scale without one."""
    found, errors = {}, {}
    for axis in AXES[about]:
        text = str(values.get(axis, ""))
        if text in ("1", "2", "3", "4", "5"):
            found[axis] = int(text)
        else:
            errors[axis] = _("Choose one of the five steps.")
    return found, errors


def statements_of(values: Mapping[str, Any], skills: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Levels by skill id, for skills where one was chosen, from `skill-<n>` in the order of `skills`."""
    found = {}
    for n, skill_id in enumerate(skills):
        text = str(values.get(f"skill-{n}", ""))
        if text in ("1", "2", "3", "4", "5"):
            found[skill_id] = (int(text), "")
    return found
