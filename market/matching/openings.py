"""Openings in the order of one person's evidence.

Openings ask different amounts, so the plain sum of the contract would favour long lists: here the share of essentials
met comes first, then coverage. An opening that asks two things of which both are shown stands before one that asks
eight of which three are. Of what coverage adds, each applicant a seat takes a little off, so that people spread.
`openings_listed` makes the same order in the database, for the page that lists them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, overload

from market.matching import sentences
from market.matching.core.contract import Requirement, minimum
from market.matching.core.explain import fit
from market.matching.core.policy import DEFAULTS, Policy, crowded
from market.matching.queries import Beside
from market.opportunities.browsing import Ranked

WHOLE = 1024  # parts of a share, so that the order is made of whole numbers


def standing(levels: Sequence[int], requirements: Sequence[Requirement]) -> int:
    """How well levels (0-255) fit one opening, to compare openings by: essentials met, then coverage, in 1024ths."""
    met = [
        asked.essential for level, asked in zip(levels, requirements, strict=True) if level >= asked.minimum
    ]
    essential = sum(asked.essential for asked in requirements)
    share = WHOLE * sum(met) // essential if essential else WHOLE
    covered = sum(
        asked.weight * (WHOLE * min(level, asked.minimum) // asked.minimum)
        for level, asked in zip(levels, requirements, strict=True)
    )
    return share * 2 * WHOLE + covered // sum(asked.weight for asked in requirements)


class Opening(NamedTuple):
    """What one opening asks beside the person's levels: rows of the statement, as they come. See `queries.Beside`."""

    id: int
    rows: Sequence[Beside]
    policy: Policy = DEFAULTS

    @property
    def place(self) -> tuple[int, int]:
        """Sorts the best first, the newer first among equals.

        `standing` without a Requirement for each row: a page of twenty puts some hundreds of openings in order.
        """
        essential = met = weights = covered = 0
        for row in self.rows:
            least, unit = minimum(row.level), row.unit
            weights += row.weight
            if unit >= least:
                covered += row.weight * WHOLE
                met += row.essential
            else:
                covered += row.weight * (WHOLE * unit // least)
            essential += row.essential
        found = (WHOLE * met // essential if essential else WHOLE) * 2 * WHOLE + covered // weights
        first = self.rows[0]
        return (-crowded(found, 2 * WHOLE, first.applicants_count, first.seats, self.policy), -self.id)

    @property
    def asked(self) -> tuple[Requirement, ...]:
        return tuple(Requirement(r.skill_id, r.level, r.weight, bool(r.essential)) for r in self.rows)

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(row.unit for row in self.rows)

    def ranked(self) -> Ranked:
        found = fit(self.asked, self.levels, [row.name for row in self.rows])
        return Ranked(self.id, found, sentences.gap(found))


class InOrder(Sequence[Ranked]):
    """Openings in order. A fit is worked out when its place is asked for: a page shows twenty of hundreds."""

    def __init__(self, openings: Sequence[Opening]) -> None:
        self.openings = sorted(openings, key=lambda one: one.place)

    def __len__(self) -> int:
        return len(self.openings)

    @overload
    def __getitem__(self, place: int) -> Ranked: ...
    @overload
    def __getitem__(self, place: slice) -> list[Ranked]: ...
    def __getitem__(self, place: int | slice) -> Ranked | list[Ranked]:
        if isinstance(place, slice):
            return [one.ranked() for one in self.openings[place]]
        return self.openings[place].ranked()


def in_order(beside: Iterable[Beside], policy: Policy = DEFAULTS) -> InOrder:
    """Openings in the order of the person's evidence, from rows of `queries.beside_of`."""
    rows: dict[int, list[Beside]] = {}
    for row in beside:
        rows.setdefault(row.opportunity_id, []).append(row)
    return InOrder([Opening(opening, found, policy) for opening, found in rows.items()])
