"""What moderators type about issuers and registries."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from market.trust.models import RegistryKind
from market.trust.rules import MOST_NAME, is_issuer_uri
from market.web.forms import Form
from market.words import _


def _uri(text: str) -> str:
    if not is_issuer_uri(text):
        raise ValueError(
            _("Write the identifier as credentials give it: did:web:example.org, or its web address.")
        )
    return text


def _https(text: str) -> str:
    if not text.startswith("https://") or " " in text or len(text) < 12:
        raise ValueError(_("Write an address that begins with https://."))
    return text


def _page(text: str) -> str:
    if text and (not text.startswith(("https://", "http://")) or " " in text):
        raise ValueError(_("Write the address of a web page, such as https://example.org."))
    return text


class DecisionForm(Form):
    """Where an issuer stands on the site's own list."""

    standing: Literal["none", "allowed", "denied"]
    name: str = Field(default="", max_length=MOST_NAME)
    homepage: Annotated[str, Field(max_length=300), AfterValidator(_page)] = ""
    reason: Annotated[str, Field(min_length=5, max_length=500)]


class AddForm(DecisionForm):
    """An issuer that was not met here yet."""

    uri: Annotated[str, AfterValidator(_uri)]


class RegistryForm(Form):
    kind: RegistryKind
    registry_name: Annotated[str, Field(min_length=2, max_length=MOST_NAME)]
    url: Annotated[str, Field(max_length=500), AfterValidator(_https)]
