"""The form of a message."""

from pydantic import Field

from market.web.forms import Form


class MessageForm(Form):
    say: str = Field(min_length=1, max_length=4000)
