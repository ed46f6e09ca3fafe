"""What people type about webhooks."""

from typing import Annotated

from pydantic import Field

from market.web.forms import Form, Tick


class HookForm(Form):
    url: Annotated[str, Field(min_length=1, max_length=2048)]


class PauseForm(Form):
    paused: Tick = False


class AgreeForm(Form):
    org: str
    agrees: Tick = False
