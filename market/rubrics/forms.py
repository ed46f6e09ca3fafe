"""The form of a rubric by itself. The skill of each criterion is read beside it (market/skills/forms)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from market.web.forms import Form, Tick

Anchor = Annotated[str, StringConstraints(max_length=300)]
Title = Annotated[str, StringConstraints(max_length=120)]


class CriterionRow(Form):
    """One criterion; `level` is what step 3 shows."""

    name: Title = ""
    level: int = Field(default=2, ge=1, le=5)
    weight: int = Field(default=5, ge=1, le=10)
    step_0: Anchor = ""
    step_1: Anchor = ""
    step_2: Anchor = ""
    step_3: Anchor = ""
    step_4: Anchor = ""
    needed: Tick = False


class RubricForm(Form):
    title: Annotated[str, StringConstraints(min_length=3, max_length=120)]
    pass_mark: int = Field(default=3, ge=1, le=4)
    criteria: list[CriterionRow] = Field(default=[], max_length=8)


class BeginForm(Form):
    title: Title = ""
    start: str = Field(default="", max_length=40)
