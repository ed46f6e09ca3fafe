"""Drawings that lists make by the dozen, in Python: the same in Jinja takes six times as long.

`draw.fit_strip` of the templates is `fit_strip` here, so that there is one of it.
"""

from typing import Any

from markupsafe import Markup, escape

from market.web.show import percent
from market.words import _


def fit_strip(fit: Any) -> Markup:
    """One cell for each part of a `Fit`: tall is essential, low is desirable, width is weight, ink is what is covered."""
    level, essential, desirable, covered = _("level"), _("essential"), _("desirable"), _("covered")
    words, cells, x = [], [], 0.0
    for part in fit.parts:
        share = 100 * part.share
        kind, high = (essential, 12) if part.essential else (desirable, 6)
        words.append(f"{part.skill} {level} {part.level}, {kind}: {round(share)} % {covered}")
        cells.append(
            f'<svg x="{percent(x)}%" width="{percent(part.most - 1.5)}%" height="12">'
            f'<rect class="void" x=".5" y="{12.5 - high}" width="99%" height="{high - 1}"/>'
            f'<rect class="fill" y="{12 - high}" width="{percent(share)}%" height="{high}"/></svg>'
        )
        x += part.most
    label = escape("; ".join(words))
    return Markup(  # noqa: S704 - the words are escaped, the rest are numbers
        f'<svg class="gauge" height="12" role="img" aria-label="{label}">{"".join(cells)}</svg>'
    )
