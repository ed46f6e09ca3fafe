"""The forms of issuing: what can be earned, who gets it, and why something is taken back."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from market import clock
from market.credentials.rules import KINDS, MOST_EVIDENCE, MOST_MONTHS, MOST_NAME, MOST_SKILLS, MOST_TEXT
from market.web.forms import Form, Tick
from market.words import _

Text = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Address = Annotated[str, StringConstraints(min_length=3, max_length=254)]
MOST_REASON = 500


class SkillRow(Form):
    """A skill by its name as typed, and the one chosen among several."""

    skill: Annotated[str, StringConstraints(max_length=200)] = ""
    skill_id: Annotated[str, StringConstraints(max_length=16)] = ""
    level: int = Field(ge=1, le=5)


class AchievementForm(Form):
    """What can be earned. A draft may be incomplete, but it has a name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME)]
    description: Text = ""
    criteria: Text = ""
    kind: str = "Badge"
    rubric: Annotated[str, StringConstraints(max_length=16)] = ""
    valid_months: int | None = Field(default=None, ge=1, le=MOST_MONTHS)
    skills: list[SkillRow] = Field(default=[], max_length=MOST_SKILLS)

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(_("Choose one of the kinds in the list."))
        return value


class EvidenceRow(Form):
    """Something that shows the work."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    narrative: Annotated[str, StringConstraints(max_length=1200)] = ""
    url: Annotated[str, StringConstraints(max_length=500)] = ""

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        if value and not (value.startswith("https://") and len(value.split("/")[2]) > 3 and " " not in value):
            raise ValueError(_("Write an address that begins with https://."))
        return value


class IssueForm(Form):
    """A credential for one person."""

    email: Address | None = None
    person: Annotated[str, StringConstraints(max_length=16)] = ""
    narrative: Annotated[str, StringConstraints(max_length=1200)] = ""
    evidence: list[EvidenceRow] = Field(default=[], max_length=MOST_EVIDENCE - 1)
    agreed: Tick = False
    valid_until: date | None = None

    @field_validator("valid_until")
    @classmethod
    def _ahead(cls, value: date | None) -> date | None:
        if value is not None and value <= clock.today():
            raise ValueError(_("Choose a day that is still to come."))
        return value


class ReasonForm(Form):
    """Why a credential is taken back; its holder reads it."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=MOST_REASON)]


class AcceptForm(Form):
    """Who may see it."""

    see: Literal["public", "private"]


class RefuseForm(Form):
    """Words to the issuer, if any."""

    words: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
