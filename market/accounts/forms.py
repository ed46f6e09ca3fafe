"""Forms of accounts. What a form cannot know (a taken name, a wrong password) the service says."""

import re
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from market.access import Role
from market.accounts import names
from market.accounts.rules import is_address
from market.web.forms import Form
from market.words import LOCALES, _

MOST_PASSWORD = 256


@cache
def time_zones() -> tuple[str, ...]:
    """The zones people choose from: `Region/City`, and UTC."""
    wanted = {
        "Africa",
        "America",
        "Antarctica",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
    return ("UTC", *sorted(z for z in available_timezones() if z.split("/")[0] in wanted))


@cache
def languages() -> tuple[tuple[str, str], ...]:
    """(tag, its own name) of the languages the interface speaks."""
    from babel import Locale

    tags = sorted({"en", *(p.name for p in LOCALES.glob("*") if (p / "LC_MESSAGES").is_dir())})
    return tuple(
        (tag, (Locale.parse(tag, sep="_" if "_" in tag else "-").get_display_name() or tag)) for tag in tags
    )


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError(_("Write an e-mail address, such as name@example.org."))
    return text


def _person_name(text: str) -> str:
    name = names.tidy(text)
    if not any(c.isalpha() for c in name):
        raise ValueError(_("Write a name with letters."))
    if not names.is_readable(name):
        raise ValueError(_("The name holds signs that cannot be seen. Type it again."))
    return name


def _organisation_name(text: str) -> str:
    name = names.tidy(text)
    wrong = names.complaint(name)
    if wrong:
        raise ValueError(wrong)
    return name


def _zone(text: str) -> str:
    if text not in time_zones():
        raise ValueError(_("Choose one of the time zones."))
    return text


def _language(text: str) -> str:
    if text not in dict(languages()):
        raise ValueError(_("Choose one of the languages."))
    return text


_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")


def _website(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        parts = urlsplit("")
    if (
        not text.isprintable()
        or " " in text
        or "@" in parts.netloc
        or not _HOST.fullmatch(parts.hostname or "")
    ):
        raise ValueError(_("Write the address of a web page, such as https://example.org."))
    return text


Address = Annotated[str, Field(max_length=320), AfterValidator(_address)]
PersonName = Annotated[str, Field(max_length=80), AfterValidator(_person_name)]


class SignUpForm(Form):
    name: PersonName
    email: Address
    password: str = Field(max_length=MOST_PASSWORD * 4)


class SignInForm(Form):
    email: str = Field(max_length=320)
    password: str = Field(max_length=MOST_PASSWORD * 4)


class AddressForm(Form):
    email: Address


class ResetForm(Form):
    password: str = Field(max_length=MOST_PASSWORD * 4)


class PasswordForm(Form):
    password: str = Field(max_length=MOST_PASSWORD * 4)
    current: str = Field(default="", max_length=MOST_PASSWORD * 4)


class NewAddressForm(Form):
    email: Address
    current_for_address: str = Field(default="", max_length=MOST_PASSWORD * 4)


class SettingsForm(Form):
    name: PersonName
    time_zone: Annotated[str, AfterValidator(_zone)]
    language: Annotated[str, AfterValidator(_language)]


class OrganisationForm(Form):
    name: Annotated[str, Field(max_length=names.MOST), AfterValidator(_organisation_name)]
    about: str = Field(default="", max_length=2000)
    place: str = Field(default="", max_length=120)
    website: Annotated[str, Field(max_length=300), AfterValidator(_website)] | None = None
    answer_days: int = Field(default=7, ge=1, le=60)


class InvitationForm(Form):
    email: Address
    role: Role
