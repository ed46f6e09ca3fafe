"""Skills in forms: the skill that was asked for, or what to choose from; and proposing a new one.

Nothing is chosen silently between two: a text that means several skills, or none for certain, comes back with the
likely ones as radio buttons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import Field
from sqlmodel import Session

from market.errors import NotFound
from market.skills import queries, rules
from market.skills.finding import brief_by_public_id, briefs_of, find, find_each, resolve_one
from market.skills.models import Family, Skill
from market.skills.names import Answer, Status, normalise
from market.skills.queries import Brief
from market.web.forms import Form, Tick
from market.words import _

OFFERED = 8
"""Skills that are offered for one text."""


class Option(NamedTuple):
    """A skill to choose. `found_by` is the other name it was found by, or empty."""

    public_id: str
    name: str
    found_by: str
    field: str

    @property
    def note(self) -> str:
        """What tells it from others: the other name, the field of work."""
        also = _("also “%(name)s”", name=self.found_by) if self.found_by else ""
        return ", ".join(part for part in (self.field, also) if part)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of a skill field. `skill` is None until it is clear which one is meant."""

    text: str = ""
    skill: Brief | None = None
    options: tuple[Option, ...] = ()

    @property
    def picked(self) -> str:
        """The public id of the chosen skill, or empty."""
        return self.skill.public_id if self.skill else ""

    @property
    def is_blank(self) -> bool:
        return not self.text and self.skill is None

    @property
    def is_unknown(self) -> bool:
        """Something was written, and no skill is near it."""
        return bool(self.text) and self.skill is None and not self.options

    @property
    def is_a_name(self) -> bool:
        """What was written is, but for its spelling, a name of one of the options."""
        norm = normalise(self.text)
        return any(norm in (normalise(one.name), normalise(one.found_by)) for one in self.options)

    @property
    def error(self) -> str | None:
        """What to say at the field; None where the answer is clear or the field was left empty."""
        if self.skill is not None or self.is_blank:
            return None
        if self.is_unknown:
            return _("We know no skill called “%(text)s”. Try other words, or propose it.", text=self.text)
        return _("Choose which skill you mean by “%(text)s”.", text=self.text)


NONE = Chosen()


def of(skill: Skill | Brief) -> Chosen:
    """A field that is filled already."""
    brief = Brief(skill.id, skill.public_id, skill.name, skill.field)
    return Chosen(skill.name, brief, (Option(skill.public_id, skill.name, "", skill.field),))


def chosen(db: Session, text: str, picked: str = "", *, viewer: int = 0) -> Chosen:
    """What a person answered in a skill field: `text` as typed, `picked` the public id of the radio button, if any.

    A button counts only for the text it was offered for, so that changing the text undoes it.
    """
    text = text.strip()[:200]
    skill = _usable(db, picked, viewer) if picked else None
    if not text:
        return of(skill) if skill else NONE
    answer = find(db, text, OFFERED, viewer=viewer)
    offered = {one.skill_id for one in answer.candidates}
    if skill is not None and (skill.id in offered or skill.name == text):
        return of(skill)
    match = resolve_one(db, text, viewer=viewer).match
    # Of two skills with one name (the one's own, the other's alias) a person chooses.
    rivals = [
        one for one in answer.candidates if one.likeness == 1.0 and match and one.skill_id != match.skill_id
    ]
    if match is not None and not rivals and answer.status is not Status.AMBIGUOUS:
        found = briefs_of(db, [match.skill_id]).get(match.skill_id)
        if found is not None:
            return of(found)
    return Chosen(text, None, options(db, answer))


def typed(db: Session, text: str, *, viewer: int = 0) -> Chosen:
    """What to offer while someone types: nothing is chosen yet."""
    text = text.strip()[:200]
    return Chosen(text, None, options(db, find(db, text, OFFERED, viewer=viewer)) if text else ())


def alike(db: Session, texts: Sequence[str]) -> list[tuple[Option, ...]]:
    """What to offer for each of several names: no more statements for many than for one."""
    answers = find_each(db, [text.strip()[:200] for text in texts], OFFERED)
    rows = briefs_of(db, [one.skill_id for answer in answers for one in answer.candidates])
    return [_shown(answer, rows) for answer in answers]


def options(db: Session, answer: Answer) -> tuple[Option, ...]:
    """The candidates of an answer as they are shown, best first."""
    return _shown(answer, briefs_of(db, [one.skill_id for one in answer.candidates]))


def _shown(answer: Answer, rows: Mapping[int, Brief]) -> tuple[Option, ...]:
    return tuple(
        Option(
            row.public_id,
            row.name,
            one.label if one.label.casefold() != row.name.casefold() else "",
            row.field,
        )
        for one in answer.candidates
        if (row := rows.get(one.skill_id)) is not None
    )


def _usable(db: Session, public_id: str, viewer: int) -> Skill | Brief | None:
    """The skill, or the one it was merged into, if this person may name it."""
    if found := brief_by_public_id(db, public_id, viewer):
        return found
    try:
        skill = queries.standing(db, queries.get_skill(db, public_id[:16]))
    except NotFound:
        return None
    return skill if rules.may_use(viewer, skill) and skill.kind == "skill" else None


class ProposalForm(Form):
    """A skill that someone misses."""

    name: Annotated[str, Field(min_length=2, max_length=120)]
    description: Annotated[str, Field(min_length=10, max_length=600)]
    field: Annotated[str, Field(max_length=120)] = ""
    family: Family = Family.KNOWLEDGE
    sure: Tick = False


class RefusalForm(Form):
    """Why a proposal is turned down."""

    note: Annotated[str, Field(min_length=2, max_length=600)]
