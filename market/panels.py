"""What higher features put into the pages of lower ones, on one page.

A page names a slot (`{{ panel("opportunities.show.apply", opportunity=opportunity) }}`); here stands who fills it.
"""

from market.matching import panels as matching
from market.web.kit import Panel

PANELS: dict[str, tuple[Panel, ...]] = {
    "opportunities.show.fit": (matching.fit,),
    "opportunities.show.explanation": (matching.own_explanation,),
    "opportunities.edit.mirror": (matching.mirror,),
    "applications.show.explanation": (matching.explanation,),
}
