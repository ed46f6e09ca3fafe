"""The site in a browser: the whole loop, by keyboard, without scripts, and every page of the demo world looked over."""

import pytest

pytest.register_assert_rewrite("tests.browser.loop", "tests.browser.steps", "tests.browser.serving")
