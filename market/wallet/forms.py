"""What people type into the wallet."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from market.wallet.models import Visibility
from market.web.forms import Form
from market.words import _


def _web_address(text: str) -> str:
    if text and not (text.startswith(("https://", "http://")) and len(text) > 10 and " " not in text):
        raise ValueError(_("Write the whole address, such as https://badges.example/a/41."))
    return text


class BringForm(Form):
    """A credential as its address or its text; the file is read apart."""

    verbatim: ClassVar[frozenset[str]] = frozenset({"text"})
    link: Annotated[str, Field(max_length=2000), AfterValidator(_web_address)] = ""
    text: str = Field(default="", max_length=1_000_000)
    see: Visibility = Visibility.PRIVATE


class SeeForm(Form):
    see: Visibility


def _page_address(text: str) -> str:
    if not text.startswith("https://") or " " in text or len(text) < 12:
        raise ValueError(_("Write the address of a page, beginning with https://."))
    return text


class LinkForm(Form):
    link: Annotated[str, Field(max_length=500), AfterValidator(_page_address)]
