"""Where evidence of a skill counts beside the skill itself: what lies one or two steps up or down the taxonomy.

Only skills in use take part. Groups do not: a group is no evidence of anything, and what lies in one has nothing else in
common. Of a skill with very many narrower ones nothing is said about each of them, so that one item never touches more
than some dozens of levels. In ESCO a skill has 0.6 others above it and 0.6 below within two steps, 8 at the 99th
percentile and 304 at most (1.2.0, 13,939 skills).
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, select, union, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market.evidence.credit import STEPS, Path
from market.gather import Gather
from market.skills.models import RelationKind, Skill, SkillKind, SkillRelation, SkillStatus

MOST_NARROWER = 50
"""A skill with more skills than this within two steps below it counts for none of them."""


class Reach(NamedTuple):
    """Evidence of `shown` counts for `asked` along the path, which begins at the skill asked."""

    shown: int
    asked: int
    path: Path


def _steps(upwards: bool, among: Any = None) -> Any:
    """(from, next, the one after or None) over two steps of direct relations between skills in use.

    From the skills that `among` selects, else from those of the parameter `skills`.
    """
    one, two = aliased(SkillRelation), aliased(SkillRelation)
    near, far = aliased(Skill), aliased(Skill)

    def ends(relation: Any) -> tuple[Any, Any]:
        below, above = col(relation.narrower_id), col(relation.broader_id)
        return (below, above) if upwards else (above, below)

    (start, middle), (again, end) = ends(one), ends(two)
    return (
        select(start.label("start"), middle.label("middle"), col(far.id).label("last"))
        .join(
            near,
            (col(near.id) == middle)
            & (col(near.kind) == SkillKind.SKILL)
            & (col(near.status) == SkillStatus.ACTIVE),
        )
        .outerjoin(two, (again == middle) & (col(two.kind) == RelationKind.BROADER))
        .outerjoin(
            far,
            (col(far.id) == end)
            & (col(far.kind) == SkillKind.SKILL)
            & (col(far.status) == SkillStatus.ACTIVE),
        )
        .where(
            col(one.kind) == RelationKind.BROADER,
            start.in_(bindparam("skills", expanding=True) if among is None else among),
        )
        .order_by(start, middle, col(far.id))
    )


_UP, _DOWN = _steps(True), _steps(False)
_BOTH = union_all(
    _UP.order_by(None).add_columns(literal(1).label("up")),
    _DOWN.order_by(None).add_columns(literal(0).label("up")),
)

Trails = dict[int, dict[int, tuple[int, ...]]]
"""For each skill the others within two steps one way, with the shortest trail to each, both ends included."""


def _trails(rows: Iterable[tuple[int, int, int | None]]) -> Trails:
    found: Trails = {}
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2] or 0))
    for start, middle, _end in ordered:
        found.setdefault(start, {}).setdefault(middle, (start, middle))
    for start, middle, end in ordered:
        if end is not None and end != start:
            found[start].setdefault(end, (start, middle, end))
    return found


def _around(db: Session, skills: Collection[int]) -> tuple[Trails, Trails]:
    """What lies above and below these skills. One statement."""
    if not skills:
        return {}, {}
    return _both_ways(db.connection().execute(_BOTH, {"skills": sorted(skills)}))


def _both_ways(rows: Iterable[Any]) -> tuple[Trails, Trails]:
    ways: tuple[list[Any], list[Any]] = ([], [])
    for start, middle, last, up in rows:
        ways[up].append((start, middle, last))
    return _trails(ways[1]), _trails(ways[0])


def where_it_counts(db: Session, shown: Collection[int]) -> list[Reach]:
    """Every skill asked for which evidence of these skills counts. One statement."""
    found = []
    up, down = _around(db, shown)
    for skill, above in up.items():  # shown is the narrower one
        found += [Reach(skill, asked, Path(trail[::-1])) for asked, trail in above.items()]
    known = {(one.shown, one.asked) for one in found}
    for skill, below in down.items():  # shown is the broader one
        if len(below) <= MOST_NARROWER:
            found += [
                Reach(skill, asked, Path(trail[::-1], broader=True))
                for asked, trail in below.items()
                if (skill, asked) not in known
            ]
    return found


_NEAR = _BOTH.cte("near")
_BROADER = union(select(_NEAR.c.middle).where(_NEAR.c.up == 1), select(_NEAR.c.last).where(_NEAR.c.up == 1))
AROUND: tuple[Any, Any] = (
    select(_NEAR.c.start, _NEAR.c.middle, _NEAR.c.last, _NEAR.c.up),
    _steps(False, _BROADER).order_by(None),
)
"""What lies around the `skills` that a page asks for, and below the broader of those, to be read beside it."""
SKILLS_AROUND: Any = union(select(_NEAR.c.middle), select(_NEAR.c.last).where(_NEAR.c.last.is_not(None)))
"""The skills of `AROUND` as a statement of ids."""
_WHAT_COUNTS = Gather(*AROUND)


def what_counts(db: Session, asked: Collection[int]) -> list[Reach]:
    """Every skill whose evidence counts for these skills. One statement."""
    return counting_for(*_WHAT_COUNTS.read(db, {"skills": sorted(asked)})) if asked else []


def counting_for(near: Iterable[Any], narrower: Iterable[Any]) -> list[Reach]:
    """Every skill whose evidence counts for the skills asked, from the rows of `AROUND`."""
    up, down = _both_ways(near)
    found = [
        Reach(shown, skill, Path(trail)) for skill, below in down.items() for shown, trail in below.items()
    ]
    known = {(one.shown, one.asked) for one in found}
    broader = {shown for above in up.values() for shown in above}
    below_them = _trails((row[0], row[1], row[2]) for row in narrower if row[0] in broader)
    counts = {skill: len(below) for skill, below in below_them.items()}
    return found + [
        Reach(shown, skill, Path(trail, broader=True))
        for skill, above in up.items()
        for shown, trail in above.items()
        if (shown, skill) not in known and counts.get(shown, 0) <= MOST_NARROWER
    ]


def narrower_of(among: Any) -> Any:
    """Rows for `from_narrower`: what lies below the skills that a statement selects."""
    return _steps(False, among).order_by(None)


def from_narrower(rows: Iterable[Any]) -> dict[int, list[Path]]:
    """For each skill shown, the paths to the broader skills that evidence of it counts for."""
    found: dict[int, list[Path]] = {}
    for below in _trails((row[0], row[1], row[2]) for row in rows).values():
        for shown, trail in below.items():
            found.setdefault(shown, []).append(Path(trail))
    return found


assert STEPS == 2, "the statements above walk two steps"
