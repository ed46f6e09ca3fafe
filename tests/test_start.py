"""The site starts with what it needs to answer, and no more: what few pages draw or send with is imported by them."""

import subprocess
import sys

LATER = ("alembic", "fontTools", "fpdf", "httpx", "jsonschema", "numba", "PIL", "pytest", "rich", "segno")
PROBE = f"""
import sys
from market import cli
with cli._for_good():
    from market import serving
    from market.demo import set_up
    from market.app import feature_routes
    feature_routes(demo=True)
import gc
print(*(name for name in {LATER!r} if name in sys.modules))
print(gc.isenabled(), gc.get_freeze_count() > 0)
"""


def test_what_the_site_needs_later_is_not_imported_before_it_answers() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["", "True True"]
