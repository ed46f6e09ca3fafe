"""Does ranking by evidence hire better, and whom? The market simulated under each policy, in the same worlds.

Each round employers see ten people for every opening, choose by an interview and by the order, and what the
chosen deliver goes back into the ledger. Figures are means over seeds with 95 % intervals; differences are paired
by seed. Strategies are measured against the same people in the same world, not following them.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, fields
from functools import partial
from typing import Any

import numpy as np

from market.bench.simulate_informed import BOUNDS
from market.bench.simulate_policies import POLICIES, SEEN, State, begun
from market.bench.simulate_world import ALL, STRATEGIES, Floats, Opening, Setting, World, make_world
from market.evidence import posterior, severity, strength
from market.evidence.posterior import DEMONSTRATED, ENDORSED, shows_level
from market.matching.core import policy
from market.matching.core.policy import Placed

MEASURES = ("quality", "ndcg10", "newcomer_share", "impact_ratio", "gini", "ndcg10_steep")
"""`ndcg10` takes the quality itself as the gain, `ndcg10_steep` 2^(rubric step) - 1: the two forms in use."""
GAMED = ("product", "posterior", "keyword", "raw_rating")
"""The policies under which the strategies are measured."""
SETTINGS = {
    name: {
        one.name: list(value)
        if isinstance(value, tuple)
        else dict(value)
        if isinstance(value, Mapping)
        else value
        for one in fields(settings)
        if one.name != "version" and (value := getattr(settings, one.name)) is not None
    }
    for name, settings in (
        ("model", posterior.DEFAULTS),
        ("policy", policy.DEFAULTS),
        ("severity", severity.DEFAULTS),
        ("strength", strength.DEFAULTS),
    )
}
"""What the figures are taken with; without the versions, which may change for the log's sake alone."""
POSITION = 0.04
"""What one place further up is worth to an employer, in quality."""

Say = Callable[[int], object]
Figures = dict[str, float]
Interval = list[float]


def run(world: World, name: str) -> tuple[Figures, Floats]:
    """One policy in one world: its figures, and how often each person was hired."""
    state = begun(world)
    ranker = {**POLICIES, **BOUNDS}[name](state)
    n = len(world.joined)
    hired, seen = np.zeros(n), np.zeros(n)
    qualities: list[float] = []
    ndcgs: list[tuple[float, float]] = []
    newcomers = 0
    attention = 1 / np.log2(np.arange(SEEN) + 2)
    for round_ in range(world.setting.rounds):
        state.exposed.append(type(state.exposed[0])())
        ranker.begin(round_)
        busy: set[int] = set()
        for opening in (one for one in world.openings if one.round == round_):
            pool = [p for p in opening.pool.tolist() if p not in busy]
            placed = ranker.order(opening, pool)
            people = np.array([one.person_id for one in placed], dtype=np.int64)
            if not len(people):
                continue
            quality = world.quality(opening, people)
            best = world.quality(opening, np.array(pool))
            ndcgs.append((ndcg(quality, best), ndcg(steep(quality), steep(best))))
            seen[people] += attention[: len(people)]
            state.exposed[-1].update(people.tolist())
            chosen = _choice(world, opening, placed, quality)
            person = int(people[chosen])
            qualities.append(float(quality[chosen]))
            newcomers += person not in state.worked
            hired[person] += 1
            busy.add(person)
            _deliver(state, opening, person)
            ranker.learned(person, [asked.skill_id for asked in opening.requirements])
    with_degree, without = hired[world.degree].mean(), hired[~world.degree].mean()
    figures = {
        "quality": float(np.mean(qualities)),
        "ndcg10": float(np.mean([plain for plain, _ in ndcgs])),
        "newcomer_share": newcomers / len(qualities),
        "impact_ratio": float(without / with_degree) if with_degree else math.nan,
        "gini": gini(seen),
        "ndcg10_steep": float(np.mean([other for _, other in ndcgs])),
    }
    return figures, hired


def _choice(world: World, opening: Opening, placed: Sequence[Placed], quality: Floats) -> int:
    """Whom the employer takes: what the interview shows, and a liking for who stands further up."""
    people = [one.person_id for one in placed]
    liking = quality + world.interview[opening.number, people] - POSITION * np.arange(len(people))
    return int(np.argmax(liking))


def _deliver(state: State, opening: Opening, person: int) -> None:
    """The work is done: marks go into the ledger, stars onto the profile."""
    world = state.world
    employer, day = float(world.severity[opening.employer]), world.day(opening.round)
    noise = world.mark_noise[opening.number, person]
    assessed = noise[3] < world.setting.assessment_sd  # 84 %; the others are endorsed only
    for asked, bit in zip(opening.requirements, noise.tolist(), strict=False):
        given = None
        if assessed:
            step = world.step(person, asked.skill_id, asked.level, employer, bit)
            tier, mark, given = DEMONSTRATED, shows_level(step, asked.level), (asked.level, step)
        else:
            spread = world.setting.endorsement_sd / world.setting.assessment_sd
            tier, mark = ENDORSED, float(world.ability[person, asked.skill_id]) + employer + spread * bit
        party = f"organisation:{opening.employer}"
        world.add(state.ledger, (person, asked.skill_id), tier, mark, day, party, given)
    state.stars.setdefault(person, []).append(world.star(opening, person))
    state.worked.add(person)


def ndcg(found: Floats, pool: Floats) -> float:
    """NDCG@10 of the gains in the order shown, against the best order of the pool's gains."""
    ideal = np.sort(pool)[::-1][:SEEN]
    discount = 1 / np.log2(np.arange(SEEN) + 2)
    best = float(ideal @ discount[: len(ideal)])
    return float(found[:SEEN] @ discount[: len(found[:SEEN])]) / best if best else 1.0


def steep(quality: Floats) -> Floats:
    """Gains that grow twofold with each step (0-4) of a rubric."""
    gains: Floats = 2 ** (4 * quality) - 1
    return gains


def gini(amounts: Floats) -> float:
    """How unequal amounts are: 0 all alike, near 1 all to one."""
    ordered = np.sort(amounts)
    n, total = len(ordered), float(ordered.sum())
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total)) if total else 0.0


def one_seed(
    seed: int, setting: Setting, names: Sequence[str], strategies: frozenset[str] = ALL
) -> dict[str, Any]:
    """All figures of one seed."""
    policies, hired = {}, {}
    for name in names:
        policies[name], hired[name] = run(make_world(seed, setting, strategies), name)
    gained: dict[str, dict[str, float]] = {}
    for strategy in (one for one in STRATEGIES if one in strategies):
        for name in (one for one in GAMED if one in names):
            world = make_world(seed, setting, strategies - {strategy})
            members = world.members[strategy]
            honest = run(world, name)[1][members].mean()
            gained.setdefault(strategy, {})[name] = float(hired[name][members].mean() - honest)
            gained[strategy][f"{name} honest"] = float(honest)
    return {"policies": policies, "strategies": gained}


def interval(values: Iterable[float]) -> Interval:
    """Mean and 95 % interval (normal) over seeds; all three alike for one seed."""
    known = np.array([value for value in values if not math.isnan(value)])
    half = 1.96 * known.std(ddof=1) / math.sqrt(len(known)) if len(known) > 1 else 0.0
    return [round(float(x), 4) for x in (known.mean(), known.mean() - half, known.mean() + half)]


def simulate(
    seeds: int,
    setting: Setting | None = None,
    names: Sequence[str] | None = None,
    jobs: int = 1,
    done: Say = lambda _: None,
    strategies: frozenset[str] = ALL,
) -> dict[str, Any]:
    """Figures of every policy, of differences from `product`, and of what strategies gain, as JSON can hold them.

    `against_product` is product less the other, paired by seed. `strategies` is hires a person gained by following
    a strategy, and `honest` the hires of the same people without it; only those in `strategies` are followed at all.
    ValueError for an unknown policy.
    """
    chosen = list(names or POLICIES)
    unknown = set(chosen) - {*POLICIES, *BOUNDS}
    if unknown:
        there = ", ".join([*POLICIES, *BOUNDS])
        raise ValueError(f"no policy {', '.join(sorted(unknown))}; there are {there}")
    setting = setting or Setting()
    each = partial(one_seed, setting=setting, names=chosen, strategies=strategies)
    rows: list[dict[str, Any]] = []
    if jobs > 1:
        with ProcessPoolExecutor(jobs) as processes:
            for row in processes.map(each, range(seeds)):
                rows.append(row)
                done(len(rows))
    else:
        for seed in range(seeds):
            rows.append(each(seed))
            done(len(rows))
    return {"seeds": seeds, "settings": SETTINGS, "world": asdict(setting), **summary(rows, chosen)}


def summary(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """Intervals over the seeds' figures."""
    by_name = {name: [row["policies"][name] for row in rows] for name in names}
    found: dict[str, Any] = {
        "policies": {
            name: {m: interval(figures[m] for figures in by_name[name]) for m in MEASURES} for name in names
        }
    }
    if "product" in names:
        found["against_product"] = {
            name: {
                m: interval(p[m] - o[m] for p, o in zip(by_name["product"], by_name[name], strict=True))
                for m in MEASURES
            }
            for name in names
            if name != "product"
        }
    if {"product", "perfect"} <= set(names):
        found["newcomers_of_perfect"] = interval(
            p["newcomer_share"] / o["newcomer_share"]
            for p, o in zip(by_name["product"], by_name["perfect"], strict=True)
        )
    found["strategies"] = {
        strategy: {
            name: interval(row["strategies"][strategy][name] for row in rows)
            for name in rows[0]["strategies"].get(strategy, {})
        }
        for strategy in STRATEGIES
    }
    return found
