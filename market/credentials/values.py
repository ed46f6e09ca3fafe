"""What issued documents are built from, as plain values: the issuer, what was earned, and one person's award of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: their DID, name and web page."""

    did: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """A skill that the achievement shows: its name, its address in a framework, and a word on the level."""

    name: str
    url: str
    framework: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the rubric: what it looks for, its described steps, and the step that is asked."""

    id: int
    name: str
    steps: tuple[tuple[int, str], ...]  # (step, what it looks like), those that can be reached
    required: int | None = None


@dataclass(frozen=True, slots=True)
class Achieved:
    """What can be earned, as it is written into a credential. `url` is the achievement's own versioned address."""

    url: str
    name: str
    description: str
    criteria: str
    kind: str
    version: int = 1
    language: str = "en"
    alignments: tuple[Alignment, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    image: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence. `sha256` (hex) pins what lies at `url`."""

    name: str
    narrative: str = ""
    url: str = ""
    sha256: str = ""
    genre: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a credential stands in a list of those that are withdrawn."""

    list_url: str
    index: int


@dataclass(frozen=True, slots=True)
class Award:
    """One person's credential before it is signed. `subject` is their DID, or `email_hash` with its `salt`."""

    url: str
    issuer: Issuer
    achievement: Achieved
    valid_from: datetime
    valid_until: datetime | None = None
    subject: str = ""
    email_hash: str = ""
    salt: str = ""
    results: tuple[tuple[int, int], ...] = ()  # (criterion id, step)
    evidence: tuple[Evidence, ...] = ()
    status: Place | None = None
