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


def listed(
    people: Mapping[int, tuple[Sequence[int], Sequence[int], bool, int]],
    asked: Sequence[tuple[int, int, int, bool]],
    a: int,
    b: int,
    kept: Sequence[int] = (3, 8),
    exposure: int = 20,
) -> list[tuple[int, bool]]:
    """(person, stands in a kept place) of everyone. People map id to levels, hopeful levels, newcomer, exposures."""

    def total(levels: Sequence[int]) -> int:
        return sum(points(level, q) for level, q in zip(levels, asked, strict=True))

    def lowered(person: int) -> int:
        essentials, rest = divmod(total(people[person][0]), 1048576)
        return essentials * 1048576 + rest * 1000 // (1000 + exposure * people[person][3])

    def among_equals(person: int) -> tuple[int, int]:
        return ((a * person + b) % P, person)

    waiting = sorted(people, key=lambda p: (-lowered(p), among_equals(p)))
    able = [p for p in waiting if total(people[p][0]) > 0]
    hopes = []
    for person in able[10 - len(kept) :]:
        _levels, hopeful, newcomer, times = people[person]
        if newcomer and all(h >= q[1] * 51 - 25 for h, q in zip(hopeful, asked, strict=True) if q[3]):
            hope = total(hopeful) % 1048576 * 1000000 // (1000 + 300 * times)
            hopes.append((-hope, among_equals(person), person))
    chosen = [person for _, _, person in sorted(hopes)[: len(kept)]]
    order: list[tuple[int, bool]] = []
    for place in kept:
        if not chosen:
            break
        while len(order) < place - 1:
            order.append(
                (next(p for p in waiting if p not in [q for q, _ in order] and p not in chosen), False)
            )
        order.append((chosen.pop(0), True))
    seen = {person for person, _ in order}
    return order + [(p, False) for p in waiting if p not in seen]
