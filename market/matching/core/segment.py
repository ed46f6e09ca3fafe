"""A segment: an immutable inverted index of who has which skill at which level, as plain numpy arrays.

For each skill the rows that have it, ascending, each with its level; a row is a person's place in
`person_ids`. Five bytes a posting, six with hopeful levels. The arrays may live in memory or in a mapped file.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]
Rows = NDArray[np.uint32]


@dataclass(frozen=True)
class Segment:
    """Postings of skill `skills[s]` are `rows` and `levels` from `ptr[s]` to `ptr[s + 1]`.

    `hopes` are the levels that people may well have, 1-255, as long as `levels`; empty where nobody asks for them.
    """

    skills: Ids
    ptr: NDArray[np.int64]
    rows: Rows
    levels: NDArray[np.uint8]
    person_ids: Ids
    attributes: NDArray[np.int64]
    columns: tuple[str, ...]
    hopes: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    def __post_init__(self) -> None:
        """Make the arrays read-only, as mapped ones are, so that numba compiles once for both."""
        for array in (*self._parts, self.attributes):
            array.setflags(write=False)

    @property
    def _parts(self) -> tuple[NDArray[Any], ...]:
        return self.skills, self.ptr, self.rows, self.levels, self.hopes, self.person_ids

    @cached_property
    def _places(self) -> dict[int, int]:
        return {int(skill): place for place, skill in enumerate(self.skills)}

    @cached_property
    def masks(self) -> dict[bytes, Rows | None]:
        """The few rows that pass conditions asked before, by the conditions; None where they are not few."""
        return {}

    def span(self, skill_id: int) -> tuple[int, int]:
        """Where the postings of a skill begin and end; an empty span for a skill nobody has."""
        place = self._places.get(skill_id)
        return (0, 0) if place is None else (int(self.ptr[place]), int(self.ptr[place + 1]))

    def rows_of(self, person_ids: NDArray[np.int64]) -> Rows:
        """The rows of those of the people who are in this segment, ascending."""
        if not len(self.person_ids):
            return np.empty(0, dtype=np.uint32)
        wanted = np.unique(person_ids)
        places = np.minimum(np.searchsorted(self.person_ids, wanted), len(self.person_ids) - 1)
        rows: Rows = places[self.person_ids[places] == wanted].astype(np.uint32)
        return rows

    @property
    def has_hopes(self) -> bool:
        """Whether it can be asked for hopeful levels."""
        return len(self.hopes) == len(self.levels)

    def levels_at(
        self, rows: Rows | NDArray[np.intp], start: int, end: int, hopeful: bool = False
    ) -> NDArray[np.uint8]:
        """The level of each of the rows in the skill with this span, 0 where there is none."""
        found = np.zeros(len(rows), dtype=np.uint8)
        if start == end:
            return found
        places = np.minimum(np.searchsorted(self.rows[start:end], rows), end - start - 1) + start
        return np.where(self.rows[places] == rows, (self.hopes if hopeful else self.levels)[places], found)

    @property
    def people(self) -> int:
        """How many people are in it."""
        return len(self.person_ids)

    @property
    def postings(self) -> int:
        """How many (person, skill) pairs are in it."""
        return len(self.rows)

    @property
    def bytes_without_attributes(self) -> int:
        """Memory of all arrays but the attributes."""
        return sum(part.nbytes for part in self._parts)


def empty(columns: tuple[str, ...] = ()) -> Segment:
    """A segment with nobody in it."""
    none = np.empty(0, dtype=np.uint32)
    return build(
        none, none, np.empty(0, dtype=np.uint8), none, np.empty((0, len(columns)), np.int64), columns
    )


def build(
    skill_ids: Ids,
    person_ids: Ids,
    levels: NDArray[np.uint8],
    people: Ids,
    attributes: NDArray[np.int64],
    columns: tuple[str, ...],
    hopes: NDArray[np.uint8] | None = None,
) -> Segment:
    """A segment from parallel arrays of (skill, person, level 1-255, hope 1-255) and people with their attributes.

    Fast when it comes sorted by skill and person, as the clustered table gives it; sorted here otherwise.
    ValueError if a pair comes twice, a level is 0, or a person has no attributes.
    """
    order = np.argsort(people, kind="stable")
    known, attributes = people[order], np.ascontiguousarray(attributes[order])
    if len(known) > 1 and (known[1:] == known[:-1]).any():
        raise ValueError("a person is listed twice")
    rows = np.searchsorted(known, person_ids).astype(np.uint32)
    if len(rows) and (
        not len(known) or (known[np.minimum(rows, np.uint32(len(known) - 1))] != person_ids).any()
    ):
        raise ValueError("a level belongs to a person who is not listed")
    if (levels == 0).any():
        raise ValueError("a level of 0 is no posting")
    key = skill_ids.astype(np.uint64) << np.uint64(32) | rows
    if len(key) > 1 and not (key[1:] > key[:-1]).all():
        by_key = np.argsort(key, kind="stable")
        key, rows, levels = key[by_key], rows[by_key], levels[by_key]
        hopes = hopes if hopes is None else hopes[by_key]
        if (key[1:] == key[:-1]).any():
            raise ValueError("a person has the same skill twice")
    sorted_skills = (key >> np.uint64(32)).astype(np.uint32)
    skills, starts = np.unique(sorted_skills, return_index=True)
    return Segment(
        skills=skills,
        ptr=np.append(starts, len(rows)).astype(np.int64),
        rows=np.ascontiguousarray(rows),
        levels=np.ascontiguousarray(levels),
        person_ids=known,
        attributes=attributes,
        columns=columns,
        hopes=np.empty(0, dtype=np.uint8) if hopes is None else np.ascontiguousarray(hopes),
    )
