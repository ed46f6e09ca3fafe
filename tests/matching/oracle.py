"""The oracle: the ranking by brute force, written from the design page and sharing no code with the product."""

from collections.abc import Callable, Mapping, Sequence

P = 2147483647


def points(level: int, asked: tuple[int, int, int, bool]) -> int:
    """c of one requirement (skill, level, weight, essential)."""
    _, wanted, weight, essential = asked
    m = wanted * 51 - 25
    if level >= m:
        c = weight * (1024 + ((level - m) * 154) // (256 - m))
        return c + 1048576 if essential else c
    return weight * ((level * 1024) // m)


def rank(
    people: Mapping[int, Mapping[int, int]],
    asked: Sequence[tuple[int, int, int, bool]],
    k: int,
    a: int = 1,
    b: int = 0,
    eligible: Callable[[int], bool] = lambda _: True,
) -> list[tuple[int, int, tuple[int, ...]]]:
    """(person, score, contributions) of the first k. People map id to {skill: level}."""
    rows = []
    for person, levels in people.items():
        parts = tuple(points(levels.get(q[0], 0), q) for q in asked)
        if sum(parts) > 0 and eligible(person):
            rows.append((-sum(parts), (a * person + b) % P, person, parts))
    return [(person, -minus, parts) for minus, _, person, parts in sorted(rows)[:k]]
