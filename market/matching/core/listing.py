"""A whole list in its order: the first ten by the policy, everyone else after them, and the same order recomputed later.

Pure, so that a list in the log gives the same order again on any machine and day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from market.matching.core.contract import Requirement, Tie, score
from market.matching.core.policy import SEEN_AT_ONCE, Candidate, Placed, Policy, hope, place, spread


def in_order(
    candidates: Iterable[Candidate], requirements: Sequence[Requirement], tie: Tie, policy: Policy
) -> list[Placed]:
    """Everyone, in order; nobody is left out. Who has none of the skills stands at the end, and in no kept place."""
    everyone = list({one.person_id: one for one in candidates}.values())
    scores = {one.person_id: score(one.levels, requirements) for one in everyone}
    scored = [one for one in everyone if scores[one.person_id]]
    first = place(scored, requirements, tie, SEEN_AT_ONCE, policy) if requirements else []
    seen = {one.person_id for one in first}
    rest = sorted(
        (one for one in everyone if one.person_id not in seen),
        key=lambda one: _by_score(one, requirements, tie, policy),
    )
    return first + [Placed(one.person_id, scores[one.person_id], False) for one in rest]


def _by_score(
    one: Candidate, requirements: Sequence[Requirement], tie: Tie, policy: Policy
) -> tuple[int, int, int]:
    points = spread(score(one.levels, requirements), one.exposures, policy)
    return (-points, tie.of(one.person_id), one.person_id)


class Kept(NamedTuple):
    """One place as the log has it. `newcomer` says that the place was kept for a newcomer."""

    place: int
    candidate: Candidate
    score: int
    newcomer: bool


class Replayed(NamedTuple):
    """What recomputing a list found. `moved` pairs each place that differs with the person who would stand there."""

    moved: tuple[tuple[int, int], ...] = ()
    scored_otherwise: tuple[int, ...] = ()
    erased: tuple[int, ...] = ()

    @property
    def is_identical(self) -> bool:
        """Every place, score and mark is the same, and nothing is missing."""
        return not (self.moved or self.scored_otherwise or self.erased)


def replay(
    kept: Sequence[Kept], listed: int, requirements: Sequence[Requirement], tie: Tie, policy: Policy
) -> Replayed:
    """The order recomputed from what the log holds of each place; `listed` is how many places there were.

    Where places were erased since, those that are left are compared in the order they have among themselves.
    """
    stands = sorted(kept, key=lambda one: one.place)
    erased = tuple(sorted(set(range(1, listed + 1)) - {one.place for one in stands}))
    if erased:
        again = _left(stands, requirements, tie, policy)
    else:
        placed = in_order([one.candidate for one in stands], requirements, tie, policy)
        again = [(one.person_id, one.newcomer) for one in placed]
    moved = tuple(
        (one.place, person)
        for one, (person, newcomer) in zip(stands, again, strict=True)
        if (one.candidate.person_id, one.newcomer) != (person, newcomer)
    )
    otherwise = tuple(one.place for one in stands if score(one.candidate.levels, requirements) != one.score)
    return Replayed(moved, otherwise, erased)


def _left(
    stands: Sequence[Kept], requirements: Sequence[Requirement], tie: Tie, policy: Policy
) -> list[tuple[int, bool]]:
    """Those who are left: by score at the places by score, by hope at the kept ones."""
    by_score = sorted(
        (one.candidate for one in stands if not one.newcomer),
        key=lambda one: _by_score(one, requirements, tie, policy),
    )

    def hopes(one: Candidate) -> tuple[int, int, int]:
        return (-(hope(one, requirements, policy) or 0), tie.of(one.person_id), one.person_id)

    by_hope = sorted((one.candidate for one in stands if one.newcomer), key=hopes)
    scored, hoped = iter(by_score), iter(by_hope)
    return [((next(hoped) if one.newcomer else next(scored)).person_id, one.newcomer) for one in stands]


def without_exposure(policy: Policy) -> Policy:
    """The policy of a list of people who applied: they asked to be read, so being seen elsewhere lowers nobody."""
    return replace(policy, exposure=0, newcomer_exposure=0)
