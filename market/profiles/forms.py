"""Forms of profiles. What a form cannot know (a list that is full, a skill with two meanings) the page says."""

from datetime import date
from functools import cache
from typing import Annotated

from babel import Locale
from pydantic import AfterValidator, Field

from market.profiles import rules
from market.profiles.rules import Visibility
from market.web.forms import Form, Minor, Tick, within
from market.words import _, language


def _link(text: str) -> str:
    """A web address; `https://` is put before one that was written without."""
    text = text if "://" in text or text.startswith("javascript:") else f"https://{text}"
    if not rules.is_open_link(text):
        raise ValueError(
            _("Write the address of a page that anyone can open, such as https://example.org/page.")
        )
    return text


@cache
def _names(tag: str) -> tuple[tuple[str, str], ...]:
    found = Locale.parse(tag, sep="-").languages
    return tuple(
        sorted(((k, v) for k, v in found.items() if len(k) in (2, 3)), key=lambda pair: pair[1].casefold())
    )


def languages() -> tuple[tuple[str, str], ...]:
    """(tag, name in the reader's language) of the languages people may name, by name."""
    return _names(language())


def language_name(tag: str) -> str:
    """What a language is called; the tag itself where nobody knows."""
    return dict(languages()).get(tag, tag)


def _spoken(tag: str) -> str:
    if tag not in dict(languages()):
        raise ValueError(_("Choose one of the languages."))
    return tag


class LanguageRow(Form):
    language: Annotated[str, AfterValidator(_spoken)]
    fluency: str = Field(default="", max_length=60)


class BasicsForm(Form):
    """What someone says of themselves in general."""

    headline: str = Field(default="", max_length=120)
    about: str = Field(default="", max_length=2000)
    place: str = Field(default="", max_length=80)
    languages: list[LanguageRow] = Field(default=[], max_length=rules.MOST_LANGUAGES)
    available_from: date | None = None
    hours_week: int | None = Field(default=None, ge=1, le=80)
    availability_note: str = Field(default="", max_length=200)
    pay: Annotated[Minor, within(0, 100_000_00)] | None = None
    visibility: Visibility = Visibility.PRIVATE
    findable: Tick = False
    apart: Tick = False


class SkillForm(Form):
    """A skill had, with a level."""

    level: int = Field(ge=1, le=5)


class ProjectForm(Form):
    """Something someone made. Its skills are read beside it, since a name may mean several."""

    title: str = Field(min_length=1, max_length=120)
    role: str = Field(default="", max_length=80)
    link: Annotated[str, Field(max_length=500), AfterValidator(_link)] | None = None
    done_on: date
    text: str = Field(default="", max_length=2000)


class ExperienceForm(Form):
    title: str = Field(min_length=1, max_length=120)
    where: str = Field(default="", max_length=120)
    from_on: date
    until_on: date | None = None
    text: str = Field(default="", max_length=1000)


class EducationForm(Form):
    title: str = Field(min_length=1, max_length=120)
    where: str = Field(default="", max_length=120)
    year: int | None = Field(default=None, ge=rules.EARLIEST_YEAR, le=2100)
