"""Writes docs/model-card.md from the code and docs/figures/simulation.json: .venv/bin/python tools/model_card.py

The figures are taken anew with:
    .venv/bin/python -m market simulate --seeds 32 --jobs 2 --json --svg docs/figures/simulation.svg > docs/figures/simulation.json
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from market.bench.simulate_chart import TITLES
from market.bench.simulate_policies import REQUIRED
from market.bench.simulate_world import ROUND
from market.evidence import credit, posterior, severity, strength
from market.matching.candidates import LATELY
from market.matching.core import contract, policy

DOCS = Path(__file__).parent.parent / "docs"
TARGET = DOCS / "model-card.md"
FIGURES = DOCS / "figures" / "simulation.json"
DAY = date(2026, 1, 1)

TIERS = ("claimed", "shown", "endorsed", "credentialed", "demonstrated")
NOT_INPUTS = (
    "name",
    "photograph",
    "age or date of birth",
    "place of birth",
    "address",
    "gender",
    "school",
    "degree",
    "employers outside",
    "stars of reviews",
    "how long someone has been a member",
    "what someone pays",
)
MEANING = {
    "product": "this software: levels with learned severity and strength, the contract, the policy",
    "perfect": "knows what everyone would deliver",
    "degree_first": "a degree, then skills named, then the school's name",
    "keyword": "how many of the skills asked stand in the profile, then how high the claims are",
    "raw_rating": "mean stars, then their number",
    "random": "lots",
    "posterior": "levels and contract alone",
    "posterior+issuers": "with learned issuer strength",
    "posterior+severity": "with learned rater severity",
    "posterior+learned": "with both",
    "posterior+newcomers": "levels and contract with the places kept for newcomers",
    "posterior_by_quality": "with both, ordered by what the means would deliver instead of by the contract",
    "contract_on_abilities": "the contract, knowing every ability",
}


def text() -> str:
    """The whole card."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    return "\n".join([*_about(), *_evidence(), *_contract(), *_policy(), *_figures(figures), *_limits(), ""])


def _about() -> list[str]:
    return [
        "# Model card: how people and openings are matched",
        "",
        "Generated from the code and `docs/figures/simulation.json` by `tools/model_card.py`; a test compares.",
        "",
        "**What it is for.** To put people in an order for one opening, and openings in an order for one person, by the",
        "evidence of their skills. It proposes; people decide. It is not made to reject anyone by itself, and nobody is",
        "left out of a list for a low score.",
        "",
        "## What goes in, and what does not",
        "",
        "Of a person: the ledger's items, each with "
        + ", ".join(f"`{name}`" for name in _names(posterior.Item))
        + "; what they say of availability, languages and pay, as filters. Of an opening: its requirements, each with "
        + ", ".join(f"`{name}`" for name in _names(contract.Requirement))
        + ". Of the list itself: "
        + ", ".join(f"`{name}`" for name in policy.Candidate._fields[3:])
        + ".",
        "",
        "**Not inputs**, and no field above holds them: " + ", ".join(NOT_INPUTS) + ".",
    ]


def _names(kind: Any) -> Iterable[str]:
    return (one.name for one in fields(kind) if one.name != "id")


def _evidence() -> list[str]:
    model = posterior.DEFAULTS
    return [
        "",
        f"## From evidence to a level (model version {model.version})",
        "",
        "Ability in a skill is a normal distribution on the scale 0-5. Each item is a reading with a variance; age halves",
        "its weight; the estimate less our doubt, times 51, is the level (1-255) that matching uses. The formula is in",
        "`market/evidence/posterior.py`.",
        "",
        *_table(
            ("tier", "variance", "one item at level 3 meets", "at level 5"),
            (
                (f"T{tier} {TIERS[tier]}", f"{model.variance[tier]:g}", _meets(tier, 3), _meets(tier, 5))
                for tier in range(5)
            ),
        ),
        "",
        *_settings(model, skip=("variance",)),
        "",
        (
            f"Of skills in working with people ({posterior.SOFT}) what someone shows by themselves (T1) is set aside: others must "
            "say it."
        ),
        "",
        (
            f"A narrower skill counts {_share(credit.NARROWER)} a step, a broader one {_share(credit.BROADER)}, at most "
            f"{credit.STEPS} steps."
        ),
        "",
        f"**Severity of raters** (version {severity.DEFAULTS.version}): two-way, shrunken, re-centred to mean 0.",
        "",
        *_settings(severity.DEFAULTS),
        "",
        f"**Strength of issuers** (version {strength.DEFAULTS.version}): gain and inflation, from holders assessed here",
        "afterwards, each known by the rest of their ledger.",
        "",
        *_settings(strength.DEFAULTS),
    ]


def _meets(tier: int, reading: int) -> str:
    level = posterior.posterior([posterior.Item(1, tier, reading, DAY, "someone")], "tool", DAY).meets
    return str(level) if level else "none"


def _share(pair: tuple[int, int]) -> str:
    return f"{pair[0]}/{pair[1]}"


def _contract() -> list[str]:
    return [
        "",
        "## From levels to a score",
        "",
        (
            f"Whole numbers. A requirement of level L has the minimum 51 L - 25. It adds weight (1-10) times "
            f"{contract.COVERED} for the part of the minimum reached, up to {contract.SURPLUS} for what lies above, and "
            f"{contract.ESSENTIAL:,} when it is essential and met. Ties fall in an order of the opening's own. At most "
            f"{contract.MOST_REQUIREMENTS} requirements."
        ),
        "",
        (
            "The database or, on sites with many people, an index in memory puts people in order: the same whole numbers, "
            "so that a list does not depend on which it was. An index that is not certain to agree does not answer."
        ),
    ]


def _policy() -> list[str]:
    chosen = policy.DEFAULTS
    return [
        "",
        f"## What the list does on top (policy version {chosen.version})",
        "",
        (
            f"Of the first {policy.SEEN_AT_ONCE} places, {len(chosen.newcomers_at)} (numbers "
            f"{' and '.join(map(str, chosen.newcomers_at))}) are kept and labelled for people without completed work here,"
        ),
        "in the order of what they may well be able to do (mu + sigma), if that meets every essential requirement. Recent",
        "exposure lowers what the score says beside the essentials met. In the other direction, where openings are put in",
        "order for one person, an opening's applicants per seat lower what coverage adds.",
        "",
        *_table(
            ("setting", "value", "in the simulation"),
            (
                (*row, "no: it orders openings" if row[0] == "`applicants_per_seat`" else "yes")
                for row in _rows(chosen)
            ),
        ),
        "",
        "The last three are in thousandths: how much is taken off for one exposure, and for one applicant a seat. A site may",
        "choose other values but for `newcomer_exposure`; its lists then name a version of its own, and the figures below are",
        "not of it.",
    ]


def _settings(settings: Any, skip: tuple[str, ...] = ()) -> list[str]:
    return _table(("setting", "value"), _rows(settings, skip))


def _rows(settings: Any, skip: tuple[str, ...] = ()) -> Iterable[tuple[str, str]]:
    return (
        (f"`{one.name}`", _value(getattr(settings, one.name)))
        for one in fields(settings)
        if one.name not in (*skip, "version")
    )


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(head)
    return [
        f"| {' | '.join(names)} |",
        f"|{'---|' * len(names)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _figures(figures: Mapping[str, Any]) -> list[str]:
    found, world = figures["policies"], figures["world"]
    shown = (*TITLES, "ndcg10_steep")
    titles = {**TITLES, "ndcg10_steep": "NDCG@10, steep"}
    return [
        "",
        f"## Figures: {figures['seeds']} simulated worlds",
        "",
        "![The figures with their intervals](figures/simulation.svg)",
        "",
        "Mean (95 % interval over seeds), taken with the settings above. Quality is what hires deliver, 0-1; NDCG takes it as",
        'the gain, or steeply 2^step - 1. Newcomers have no completed work here; "no degree / degree" is hires',
        "a person without one against with one. The Gini index is of exposure among all people. The settings of severity,",
        "strength and policy were chosen on the first twelve of these worlds, so those differences flatter a little.",
        "",
        "Applicants a seat are not part of the simulation: it puts people in order for openings, and never openings for a",
        (
            f"person. Exposure is counted there over this round and the one before, up to {2 * ROUND.days} days, where the "
            f"product counts {LATELY.days}:"
        ),
        "what it does on a site may be more or less than the figures say.",
        "",
        *_table(
            ("policy", *(titles[m] for m in shown), "what it is"),
            (
                (
                    f"**{name}**" if name in REQUIRED[:1] else name,
                    *(_interval(found[name][m]) for m in shown),
                    MEANING[name],
                )
                for name in found
            ),
        ),
        "",
        "The product less the others, paired by seed:",
        "",
        *_table(
            ("less", *(titles[m] for m in shown)),
            (
                (name, *(_interval(measures[m], signed=True) for m in shown))
                for name, measures in figures["against_product"].items()
            ),
        ),
        "",
        f"Newcomers' share of hires against the perfect ranker's: **{_interval(figures['newcomers_of_perfect'])}**.",
        "",
        "### Does gaming it pay?",
        "",
        "Hires a person that following a strategy gains, against the same people in the same world not following it.",
        "Rings are the strongest: three accomplices assess each other's people at level 5 for work nobody did.",
        "",
        *_table(
            ("strategy", "policy", "hires when honest", "gained"),
            (
                (
                    strategy,
                    name,
                    _interval(measured[f"{name} honest"]),
                    _interval(measured[name], signed=True),
                )
                for strategy, measured in figures["strategies"].items()
                for name in measured
                if not name.endswith(" honest")
            ),
        ),
        "",
        "### The world they were measured in",
        "",
        "Assumptions, not measurements of a real market: `market/bench/simulate_world.py`.",
        "",
        ", ".join(f"`{name}` {_value(value)}" for name, value in world.items()) + ".",
    ]


def _interval(values: tuple[float, float, float], signed: bool = False) -> str:
    mean, low, high = values
    return f"{mean:+.3f} ({low:+.3f} to {high:+.3f})" if signed else f"{mean:.3f} ({low:.3f} to {high:.3f})"


def _limits() -> list[str]:
    return [
        "",
        "## Limits",
        "",
        *(f"- {one}" for one in LIMITS),
    ]


LIMITS = (
    "The figures come from a simulation with assumptions of our own. They compare policies; they do not foretell a market.",
    (
        "The contract puts whoever meets more essentials first, at levels that doubt has lowered. Ordering by what the same "
        "estimates would deliver (`posterior_by_quality`) reads the evidence better; it has no whole numbers to replay, no "
        "line for each requirement, and knows the simulation's own formula."
    ),
    "Where little has been shown, little is known. Skills are estimated one by one: strength in others is not used.",
    (
        "What people say of themselves only has them found: by score it stands behind everything that was shown of the skill, "
        "whatever it says; a place kept for newcomers may stand higher. That leaves unused what honest claims tell, which is "
        "worth 0.006 of NDCG@10 (docs/figures.md); in return, claiming pays nothing."
    ),
    (
        "A badge counts only if the site, or a register it reads, knows its issuer, and as its holder's own word until the site "
        "vouches for the issuer or five people with its badges were assessed here in that skill. The figures have every issuer "
        "known and none vouched for. A site that vouches for a mill takes its badges at their word until then, which takes months: "
        "in twelve worlds that vouch for all that gave its customers 0.29 more hires each, and the product 0.013 less NDCG@10."
    ),
    (
        "Gaming costs the honest too: with nobody gaming the market the product's NDCG@10 is 0.81, and 0.82 by the contract alone. "
        "Whoever knew the simulation's own numbers would reach 0.84 by the contract, and 0.87 without it."
    ),
    (
        "Assessments forged by a ring of organisations are the hardest to see. Learned severity finds them out when their "
        "people are assessed by others in the same skill, and not before; organisations need people to look at them."
    ),
    (
        "Severity and strength assume that raters and issuers are alike in all skills. Of a rater who marked fewer than five "
        "people nothing is said."
    ),
    (
        "Broader evidence never meets a level, since one whole number for each person and skill must do for essential and "
        "desirable requirements alike; a site with a coarse taxonomy sees less of it than it might."
    ),
    "Rubrics see no further than one level above what was asked, so that the best are told apart slowly.",
    "Fairness is measured here between people with and without degrees only. A site measures its own lists and outcomes.",
)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
