"""What people typed: read into a form model, or given back to them with what to mend beside each field.

A form model is a pydantic model below `Form`. A refused form keeps the person's own words: `Entry.values` holds the
text as it came, `Entry.errors` a sentence for each field, and the page answers 422.

Rows are named `deliverables-0-title`: they become a list of dictionaries, empty rows are left out, and an error finds
its way back to the row the person sees.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from starlette.datastructures import FormData, UploadFile

from market.web.show import money
from market.words import BLANK_LETTERS, _, plural, without_unseen

_ROW = re.compile(r"([a-z_]+)-([0-9]{1,3})-([a-z_0-9]+)")
MOST = 2**31 - 1  # the largest whole number that a column of either database keeps
FIRST_YEAR, LAST_YEAR = 1900, 2199  # of any day in a form


class Form(BaseModel):
    """The base of every form: white space at the ends is dropped, unknown fields are ignored.

    Signs that nobody sees are dropped too, but in the fields of `verbatim`, where a signature covers every one.
    """

    verbatim: ClassVar[frozenset[str]] = frozenset()
    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


_AMOUNT = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{0,20})?")
F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True)
class Entry(Generic[F]):
    """A form as it came in, or as it is first shown."""

    values: Mapping[str, Any] = field(default_factory=dict)
    form: F | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    refused_with: int = 422

    @property
    def data(self) -> F:
        """The values, checked. Only where there are no errors."""
        if self.form is None:
            raise ValueError("This entry has errors: show the form again instead of reading its data.")
        return self.form

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        return self.refused_with if self.errors else 200

    def value(self, name: str, default: Any = "") -> Any:
        """What stands in the field: the person's own text, else the default."""
        return self.values.get(name, default)

    def values_of(self, name: str) -> list[str]:
        """All values of a field that may be given more than once."""
        found = self.values.get(name, [])
        return list(found) if isinstance(found, list | tuple) else [str(found)]

    def error(self, name: str) -> str | None:
        return self.errors.get(name)

    def rows(self, name: str, least: int = 0) -> list[int]:
        """The row numbers that stand on the form under this name, at least `least` of them."""
        seen = sorted({int(m[2]) for key in self.values if (m := _ROW.fullmatch(key)) and m[1] == name})
        following = (seen[-1] + 1) if seen else 0
        return seen + list(range(following, following + max(0, least - len(seen))))

    def with_error(self, name: str, words: str, status: int = 422) -> "Entry[F]":
        """The same words with one more thing to mend. `status` is what the page then answers, 413 for a large file."""
        return Entry(self.values, self.form, {**self.errors, name: words}, status)


BLANK: Entry[Any] = Entry()


def filled(**values: Any) -> Entry[Any]:
    """An entry to begin with: what is known already."""
    return Entry({name: "" if value is None else value for name, value in values.items()})


def read(model: type[F], raw: FormData | Mapping[str, Any], currency: str = "") -> Entry[F]:
    """The form model filled from what came in, or the same words with an error for each field to be mended.

    `currency` is that of the form's amounts: their limits are told in it.
    """
    values = _texts(raw, getattr(model, "verbatim", frozenset()))
    nested, places = _nested(model, values)
    errors: dict[str, str] = {}
    try:
        form = model.model_validate(nested, context=currency)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            errors.setdefault(_place(one["loc"], places), sentence(one))
        return Entry(values, None, errors)
    for loc, words in _out_of_reach(form):
        errors[_place(loc, places)] = words
    return Entry(values, None, errors) if errors else Entry(values, form)


def _out_of_reach(
    form: BaseModel, at: tuple[int | str, ...] = ()
) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Where numbers stand that no column keeps, and days so far off that nothing can be reckoned from them."""
    for name, value in form:
        many = value if isinstance(value, list | tuple) else [value]
        for place, one in enumerate(many):
            here = (*at, name, place) if many is value else (*at, name)
            if isinstance(one, BaseModel):
                yield from _out_of_reach(one, here)
            elif isinstance(one, int) and abs(one) > MOST:
                yield here, _("This number is too large.")
            elif isinstance(one, date) and not FIRST_YEAR <= one.year <= LAST_YEAR:
                yield here, _("Write a year from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)


def _texts(raw: FormData | Mapping[str, Any], verbatim: frozenset[str]) -> dict[str, Any]:
    """Each field's text; a list where it came more than once. Files are read elsewhere. NUL is never meant."""
    values: dict[str, Any] = {}
    pairs: Iterable[tuple[str, Any]] = raw.multi_items() if isinstance(raw, FormData) else raw.items()
    for name, value in pairs:
        if isinstance(value, UploadFile):
            continue
        clean = value
        if isinstance(value, str):
            clean = value.replace("\x00", "").replace("\r\n", "\n")
            clean = clean if name in verbatim else without_unseen(clean)
        if name in values:
            before = values[name]
            values[name] = [*(before if isinstance(before, list) else [before]), clean]
        else:
            values[name] = clean
    return values


def _nested(model: type[BaseModel], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Fields as the model takes them: blanks left out, lists as lists, rows as a list of dictionaries."""
    flat: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in values.items():
        if m := _ROW.fullmatch(name):
            rows.setdefault(m[1], {}).setdefault(int(m[2]), {})[m[3]] = value
            continue
        known = model.model_fields.get(name)
        if known is not None and get_origin(known.annotation) in (list, tuple, set, frozenset):
            flat[name] = [v for v in (value if isinstance(value, list) else [value]) if not _is_blank(v)]
        elif not _is_blank(one := value[-1] if isinstance(value, list) and value else value):
            flat[name] = one
    places: dict[str, list[int]] = {}
    for name, by_number in rows.items():
        kept = [n for n in sorted(by_number) if not all(map(_is_blank, by_number[n].values()))]
        places[name] = kept
        flat[name] = [{k: v for k, v in by_number[n].items() if not _is_blank(v)} for n in kept]
    return flat, places


def _is_blank(value: Any) -> bool:
    """Nothing, or white space only, also such as Unicode counts among the letters."""
    if isinstance(value, str):
        return not "".join(one for one in value if one not in BLANK_LETTERS).strip()
    return value is None or value == []


def _place(loc: tuple[int | str, ...], places: Mapping[str, list[int]]) -> str:
    """The id of the field an error belongs to."""
    if len(loc) >= 3 and isinstance(loc[1], int) and loc[0] in places:
        return f"{loc[0]}-{places[str(loc[0])][loc[1]]}-{loc[2]}"
    return str(loc[0]) if loc else "form"


def sentence(error: Any) -> str:
    """What to mend, in words: from pydantic's error type and its context."""
    kind, ctx, given = error["type"], error.get("ctx") or {}, error.get("input")
    given = given.strip() if isinstance(given, str) else given
    if kind == "missing":
        return _("Fill this in.")
    if kind == "string_too_long":
        return plural(
            "This is %(n)s character long. Shorten it to %(most)s.",
            "This is %(n)s characters long. Shorten it to %(most)s.",
            len(given),
            most=ctx["max_length"],
        )
    if kind == "string_too_short":
        if ctx["min_length"] <= 1:
            return _("Fill this in.")
        return plural(
            "This is %(n)s character long. Write at least %(least)s.",
            "This is %(n)s characters long. Write at least %(least)s.",
            len(given),
            least=ctx["min_length"],
        )
    if kind == "greater_than_equal":
        return _("Take %(least)s or more.", least=ctx["ge"])
    if kind == "greater_than":
        return _("Take more than %(least)s.", least=ctx["gt"])
    if kind == "less_than_equal":
        return _("Take %(most)s or less.", most=ctx["le"])
    if kind == "less_than":
        return _("Take less than %(most)s.", most=ctx["lt"])
    if kind == "too_long":
        return _("These are %(n)s. Keep %(most)s.", n=ctx["actual_length"], most=ctx["max_length"])
    if kind == "too_short":
        return _("Give at least %(least)s.", least=ctx["min_length"])
    if kind.startswith("int_"):
        return _("Write a whole number.")
    if kind.startswith(("float_", "decimal_")):
        return _("Write a number.")
    if kind.startswith("date"):
        return _("Write a date, as day, month and year.")
    if kind in ("enum", "literal_error"):
        return _("Choose one of the answers.")
    if kind == "bool_parsing":
        return _("Tick it or leave it.")
    if kind == "value_error":
        return str(ctx.get("error", ""))
    return _("This cannot be read. Write it again.")


def _minor(value: object) -> object:
    """An amount as people write it (`288`, `16.50`, `£1,200`, `1 200`) in minor units.

    A comma only parts thousands: `16,50` is refused, since read as 1650 it would be a hundred times too much.
    """
    if not isinstance(value, str):
        return value
    text = "".join(value.split()).lstrip("£$€")
    if not _AMOUNT.fullmatch(text):
        raise ValueError(_("Write an amount, such as 16.50."))
    whole, _dot, part = text.replace(",", "").partition(".")
    if len(part.rstrip("0")) > 2:
        raise ValueError(_("Write an amount with at most two decimals, such as 16.50."))
    return int(f"{whole}{part[:2]:0<2}")


Minor = Annotated[int, BeforeValidator(_minor)]


def within(least: int, most: int) -> AfterValidator:
    """For a `Minor`: refuses less than `least` and more than `most`, and says so in money."""

    def check(value: int, info: ValidationInfo) -> int:
        if value < least:
            raise ValueError(_("Take %(least)s or more.", least=_said(least, info.context)))
        if value > most:
            raise ValueError(_("Take %(most)s or less.", most=_said(most, info.context)))
        return value

    return AfterValidator(check)


def _said(minor: int, currency: str | None) -> str:
    return money(minor, currency) if currency else f"{minor / 100:,.2f}".removesuffix(".00")


Tick = Annotated[bool, BeforeValidator(lambda value: value in (True, "on", "1", "true", "yes"))]
