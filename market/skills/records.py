"""What a taxonomy says, whichever file said it: skills and groups, names in other languages, relations."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Family(StrEnum):
    """How fast evidence of a skill grows old: tools soonest, soft skills last."""

    TOOL = "tool"
    KNOWLEDGE = "knowledge"
    SOFT = "soft"


class Form(StrEnum):
    """In the order of reading: what relations point to comes first."""

    ESCO_GROUPS = "esco groups"
    ESCO_SKILLS = "esco skills"
    ESCO_LABELS = "esco labels"
    ESCO_BROADER = "esco broader relations"
    ESCO_RELATED = "esco related skills"
    ONET = "o*net technology"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    form: Form
    language: str


@dataclass(frozen=True, slots=True)
class SkillRecord:
    """A skill, or a group of skills that can be broader than others but is not asked for by itself."""

    line: int
    key: str
    """What relations point to, unique in its framework: the URI, or the key of a plain file."""
    name: str
    language: str
    family: Family
    is_group: bool = False
    alternatives: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    field: str = ""
    description: str = ""
    alignments: tuple[tuple[str, str], ...] = ()
    """(framework, uri)."""


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """The name of a skill, known from elsewhere, in one more language."""

    line: int
    key: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class RelationRecord:
    """`key` has the broader skill `other`, or is related to it."""

    line: int
    key: str
    other: str
    is_broader: bool


Record = SkillRecord | LabelRecord | RelationRecord
"""What a row can say."""
