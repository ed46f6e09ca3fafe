"""What higher features put into the pages of lower ones, on one page.

A page names a slot (`{{ panel("opportunities.show.apply", opportunity=opportunity) }}`); here stands who fills it.
"""

from market.web.kit import Panel

PANELS: dict[str, tuple[Panel, ...]] = {}
