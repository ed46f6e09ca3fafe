"""What the index is made of: segments with their dead rows, changes made into segments, segments made into one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import LARGEST_ID, TOP_LEVEL
from market.matching.core.segment import Rows, Segment, build

NO_ROWS = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Change:
    """All that holds for one person now; `levels` (skill id to 1-255) is None or empty when they are not to be ranked.

    `hopes` are the levels they may well have, for the same skills; None in an index that is not asked for them.
    """

    person_id: int
    levels: Mapping[int, int] | None
    attributes: Mapping[str, int] | None = None
    hopes: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A segment and its rows that no longer count, ascending."""

    segment: Segment
    dead: Rows

    @property
    def alive(self) -> int:
        """How many people in it still count."""
        return self.segment.people - len(self.dead)


def whole(segment: Segment) -> Tier:
    """A segment in which everyone counts."""
    return Tier(segment, NO_ROWS)


def without(tier: Tier, person_ids: NDArray[np.int64]) -> Tier:
    """The tier in which these people no longer count."""
    rows = tier.segment.rows_of(person_ids)
    return replace(tier, dead=np.union1d(tier.dead, rows)) if len(rows) else tier


def merged(tiers: Sequence[Tier]) -> Segment:
    """One segment of everyone who counts in any of the tiers; nobody may count in two."""
    skills, people, levels, hopes, known, attributes = [], [], [], [], [], []
    for tier in tiers:
        segment = tier.segment
        alive = np.ones(segment.people, dtype=np.bool_)
        alive[tier.dead] = False
        kept = alive[segment.rows]
        skills.append(np.repeat(segment.skills, np.diff(segment.ptr))[kept])
        people.append(segment.person_ids[segment.rows[kept]])
        levels.append(segment.levels[kept])
        if segment.has_hopes:
            hopes.append(segment.hopes[kept])
        known.append(segment.person_ids[alive])
        attributes.append(segment.attributes[alive])
    return build(
        np.concatenate(skills),
        np.concatenate(people),
        np.concatenate(levels),
        np.concatenate(known),
        np.concatenate(attributes),
        tiers[0].segment.columns,
        np.concatenate(hopes) if len(hopes) == len(tiers) else None,
    )


def held(segment: Segment, rows: Rows) -> dict[int, Change]:
    """What a segment holds of some of its rows."""
    wanted = np.zeros(segment.people, dtype=np.bool_)
    wanted[rows] = True
    places = np.flatnonzero(wanted[segment.rows])
    skills = segment.skills[np.searchsorted(segment.ptr, places, side="right") - 1]
    levels: dict[int, dict[int, int]] = {row: {} for row in rows.tolist()}
    hopes: dict[int, dict[int, int]] = {row: {} for row in rows.tolist()}
    for row, skill, place in zip(
        segment.rows[places].tolist(), skills.tolist(), places.tolist(), strict=True
    ):
        levels[row][skill] = int(segment.levels[place])
        if segment.has_hopes:
            hopes[row][skill] = int(segment.hopes[place])
    return {
        int(segment.person_ids[row]): Change(
            int(segment.person_ids[row]),
            levels[row],
            dict(zip(segment.columns, segment.attributes[row].tolist(), strict=True)),
            hopes[row] if segment.has_hopes else None,
        )
        for row in levels
    }


def checked(changes: Iterable[Change], columns: Sequence[str]) -> dict[int, Change]:
    """The last change of each person; ValueError for one that no index can hold, before any is applied."""
    latest = {change.person_id: change for change in changes}
    for change in latest.values():
        if not 0 < change.person_id <= LARGEST_ID:
            raise ValueError(f"person id {change.person_id} is not 1 to {LARGEST_ID}")
        if not change.levels:
            continue
        for skill, level in change.levels.items():
            hope = change.hopes.get(skill, 0) if change.hopes is not None else level
            if not 0 < skill <= LARGEST_ID or not 0 < level <= TOP_LEVEL or not 0 < hope <= TOP_LEVEL:
                raise ValueError(f"person {change.person_id}: level {level} in skill {skill} is no posting")
        missing = set(columns) - set(change.attributes or {})
        if missing:
            raise ValueError(f"person {change.person_id}: no {', '.join(sorted(missing))}")
    return latest


def from_changes(changes: Sequence[Change], columns: tuple[str, ...]) -> Segment:
    """A segment of checked changes that have levels."""
    triples = [
        (skill, change.person_id, level, (change.hopes or {}).get(skill, 0))
        for change in changes
        for skill, level in (change.levels or {}).items()
    ]
    table = np.array(triples, dtype=np.int64).reshape(-1, 4)
    values = [[(change.attributes or {})[column] for column in columns] for change in changes]
    return build(
        table[:, 0].astype(np.uint32),
        table[:, 1].astype(np.uint32),
        table[:, 2].astype(np.uint8),
        np.array([change.person_id for change in changes], dtype=np.uint32),
        np.array(values, dtype=np.int64).reshape(len(changes), len(columns)),
        columns,
        table[:, 3].astype(np.uint8) if all(change.hopes is not None for change in changes) else None,
    )
