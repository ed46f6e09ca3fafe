"""The simulation's figures to look at: a table for the terminal, and a drawing with intervals as SVG."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from rich.table import Table

TITLES = {
    "quality": "quality of hires",
    "ndcg10": "NDCG@10",
    "newcomer_share": "hires of newcomers",
    "impact_ratio": "no degree / degree",
    "gini": "Gini of exposure",
}
ROW, LEFT, WIDE, GAP, TOP = 22, 170, 150, 24, 46


def table(figures: Mapping[str, Any]) -> Table:
    """Every policy with the mean and half the width of the 95 % interval of each figure."""
    found = Table("policy", *TITLES.values(), title=f"{figures['seeds']} seeds, mean and 95 % interval")
    for name, measures in figures["policies"].items():
        found.add_row(name, *(_plus_minus(measures[measure]) for measure in TITLES))
    return found


def strategies_table(figures: Mapping[str, Any]) -> Table:
    """What each strategy gains under each policy, in hires a person."""
    found = Table("strategy", "policy", "hires when honest", "gained by it", title="Does gaming it pay?")
    for strategy, measured in figures["strategies"].items():
        for name in (one for one in measured if not one.endswith(" honest")):
            found.add_row(
                strategy, name, _plus_minus(measured[f"{name} honest"]), _plus_minus(measured[name])
            )
    return found


def _plus_minus(interval: Sequence[float]) -> str:
    """Mean and half width."""
    mean, low, high = interval
    return f"{mean:.3f} ± {(high - low) / 2:.3f}"


def svg(figures: Mapping[str, Any]) -> str:
    """A dot with its interval for each policy, one panel a figure; the product's is filled. Reads in light and dark."""
    policies = figures["policies"]
    height = TOP + ROW * len(policies) + 30
    width = LEFT + (WIDE + GAP) * len(TITLES)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            'font-family="system-ui, sans-serif" font-size="12">'
        ),
        f"<title>Figures of {len(policies)} policies over {figures['seeds']} seeds, with 95 % intervals</title>",
        (
            "<style>:root{color:#222}@media(prefers-color-scheme:dark){:root{color:#eee}}"
            "text{fill:currentColor}line{stroke:currentColor}circle{stroke:currentColor;stroke-width:1.5}</style>"
        ),
    ]
    for place, name in enumerate(policies):
        weight = ' font-weight="700"' if name == "product" else ""
        parts.append(
            f'<text x="{LEFT - 12}" y="{_y(place) + 4}" text-anchor="end"{weight}>{escape(name)}</text>'
        )
    for panel, (measure, title) in enumerate(TITLES.items()):
        parts += _panel(
            LEFT + panel * (WIDE + GAP), title, {name: found[measure] for name, found in policies.items()}
        )
    return "\n".join([*parts, "</svg>", ""])


def _panel(left: int, title: str, intervals: Mapping[str, Sequence[float]]) -> list[str]:
    """One figure of all policies on its own scale, which begins at 0."""
    most = max(1e-9, *(high for _, _, high in intervals.values()))
    bottom = TOP + ROW * len(intervals)

    def x(value: float) -> str:
        return f"{left + WIDE * max(0.0, value) / most:.1f}"

    parts = [
        f'<text x="{left}" y="22" font-weight="600">{escape(title)}</text>',
        f'<line x1="{left}" y1="{TOP - 8}" x2="{left}" y2="{bottom}" opacity=".4"/>',
        f'<text x="{left}" y="{bottom + 18}">0</text>',
        f'<text x="{left + WIDE}" y="{bottom + 18}" text-anchor="end">{most:.2f}</text>',
    ]
    for place, (name, (mean, low, high)) in enumerate(intervals.items()):
        y, fill = _y(place), "currentColor" if name == "product" else "none"
        parts += [
            f'<line x1="{x(low)}" y1="{y}" x2="{x(high)}" y2="{y}"/>',
            (
                f'<circle cx="{x(mean)}" cy="{y}" r="4" fill="{fill}">'
                f"<title>{escape(name)}: {mean:.3f} ({low:.3f} to {high:.3f})</title></circle>"
            ),
        ]
    return parts


def _y(place: int) -> int:
    """The middle of a row."""
    return TOP + ROW * place + ROW // 2
