"""What people typed: taken as they meant it, or given back with a sentence beside the field."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, field_validator
from starlette.datastructures import FormData, UploadFile

from market.app import feature_routes
from market.web.forms import BLANK, Entry, Form, Minor, Tick, filled, read, within


class Kind(StrEnum):
    GIG = "gig"
    TRIAL = "trial"


class Row(Form):
    title: str = Field(min_length=3, max_length=20)
    hours: int | None = Field(default=None, ge=1, le=40)


class Part(Form):
    fee: Annotated[Minor, within(100, 1_650)] | None = None


class Price(Form):
    pay: Annotated[Minor, within(0, 100_000_000)] = 0
    parts: list[Part] = Field(default=[], max_length=3)


class Posting(Form):
    title: str = Field(min_length=5, max_length=20)
    hours: int = Field(default=1, ge=1)
    least: int = Field(default=1, gt=0, lt=10)
    share: float = 0.5
    pay: Minor = 0
    on: date | None = None
    kind: Kind = Kind.GIG
    agreed: Tick = False
    tags: list[str] = Field(default=[], max_length=3)
    numbers: list[int] = Field(default=[])
    parts: list[Row] = Field(default=[], max_length=3)

    @field_validator("title")
    @classmethod
    def no_shouting(cls, title: str) -> str:
        if title.isupper():
            raise ValueError("Write it in small letters.")
        return title


def errors(**fields: Any) -> dict[str, str]:
    return dict(read(Posting, {"title": "A posting", **fields}).errors)


def data(**fields: Any) -> Posting:
    return read(Posting, {"title": "A posting", **fields}).data


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"title": ""}, "title", "Fill this in."),
        ({"title": " \t\n"}, "title", "Fill this in."),
        ({"title": "a"}, "title", "This is 1 character long. Write at least 5."),
        ({"title": "  abc  "}, "title", "This is 3 characters long. Write at least 5."),
        ({"title": "x" * 21}, "title", "This is 21 characters long. Shorten it to 20."),
        ({"title": "SHOUTING"}, "title", "Write it in small letters."),
        ({"hours": "0"}, "hours", "Take 1 or more."),
        ({"hours": "three"}, "hours", "Write a whole number."),
        ({"hours": "1.5"}, "hours", "Write a whole number."),
        ({"hours": "9" * 12}, "hours", "This number is too large."),
        ({"on": "9999-12-31"}, "on", "Write a year from 1900 to 2199."),
        ({"on": "0001-01-01"}, "on", "Write a year from 1900 to 2199."),
        ({"hours": "9" * 5000}, "hours", "Write a whole number."),
        ({"least": "0"}, "least", "Take more than 0."),
        ({"least": "10"}, "least", "Take less than 10."),
        ({"share": "half"}, "share", "Write a number."),
        ({"on": "tomorrow"}, "on", "Write a date, as day, month and year."),
        ({"on": "2026-02-30"}, "on", "Write a date, as day, month and year."),
        ({"kind": "slavery"}, "kind", "Choose one of the answers."),
        ({"tags": ["a", "b", "c", "d"]}, "tags", "These are 4. Keep 3."),
        ({"numbers": ["1", "x"]}, "numbers", "Write a whole number."),
        ({"pay": "much"}, "pay", "Write an amount, such as 16.50."),
        ({"parts-0-title": "ab"}, "parts-0-title", "This is 2 characters long. Write at least 3."),
        ({"parts-0-hours": "5"}, "parts-0-title", "Fill this in."),
        ({"parts-7-title": "abc", "parts-7-hours": "41"}, "parts-7-hours", "Take 40 or less."),
    ],
)
def test_each_mistake_is_told_in_a_sentence_beside_its_field(
    fields: dict[str, Any], field: str, sentence: str
) -> None:
    assert errors(**fields) == {field: sentence}


@pytest.mark.parametrize(
    ("currency", "most", "least"),
    [("GBP", "£1,000,000", "£1"), ("EUR", "€1,000,000", "€1"), ("", "1,000,000", "1")],
)
def test_a_limit_of_an_amount_is_told_in_the_money_of_the_form(currency: str, most: str, least: str) -> None:
    sent = {"pay": "1,000,000.01", "parts-0-fee": "0.99"}
    assert read(Price, sent, currency).errors == {
        "pay": f"Take {most} or less.",
        "parts-0-fee": f"Take {least} or more.",
    }
    sent |= {"pay": "-0.01", "parts-0-fee": "16.51"}
    assert read(Price, sent, currency).errors == {
        "pay": f"Take {most[0] if currency else ''}0 or more.",
        "parts-0-fee": f"Take {least[:-1]}16.50 or less.",
    }


def test_no_form_of_the_site_tells_a_limit_of_an_amount_in_pence() -> None:
    feature_routes()  # with every form

    def forms(kind: type[Form]) -> Iterator[type[Form]]:
        yield kind
        for one in kind.__subclasses__():
            yield from forms(one)

    amounts = {
        f"{form.__module__}.{name}": repr((field.annotation, field.metadata))
        for form in forms(Form)
        if form.__module__.startswith("market.")
        for name, field in form.model_fields.items()
        if "_minor" in repr((field.annotation, field.metadata))
    }
    assert len(amounts) >= 8
    assert [name for name, said in amounts.items() if "Le(" in said or "Ge(" in said] == []


def test_a_refused_form_keeps_the_persons_own_words_and_answers_422() -> None:
    entry = read(Posting, {"title": "  ab ", "hours": "many", "other": "x"})
    assert (entry.value("title"), entry.value("hours"), entry.value("missing", "-")) == ("  ab ", "many", "-")
    assert entry.status == 422
    assert entry.error("hours") == "Write a whole number."
    assert entry.error("kind") is None
    with pytest.raises(ValueError, match="has errors"):
        _ = entry.data


def test_a_good_form_has_data_and_answers_200() -> None:
    entry = read(Posting, {"title": "  A posting ", "agreed": "on", "on": "2026-11-27", "kind": "trial"})
    assert (entry.status, entry.data.title, entry.data.agreed) == (200, "A posting", True)
    assert (entry.data.on, entry.data.kind) == (date(2026, 11, 27), Kind.TRIAL)
    assert entry.with_error("title", "Taken.").status == 422


def test_blanks_take_the_default_also_when_they_are_white_space() -> None:
    assert data(hours="", on=" ", pay="", kind="\u00a0", numbers=["", " "], tags="") == data()


def test_an_error_finds_the_row_the_person_sees_when_rows_before_it_are_empty() -> None:
    entry = read(
        Posting,
        {
            "title": "A posting",
            "parts-0-title": "",
            "parts-0-hours": "  ",
            "parts-2-title": "Fine",
            "parts-5-title": "x",
            "parts-9-title": "Fine too",
            "parts-9-hours": "99999999999",
        },
    )
    assert set(entry.errors) == {"parts-5-title", "parts-9-hours"}
    assert entry.rows("parts") == [0, 2, 5, 9]
    assert entry.rows("parts", least=6) == [0, 2, 5, 9, 10, 11]
    assert BLANK.rows("parts", least=2) == [0, 1]


def test_rows_keep_their_order_by_number_and_not_by_letter() -> None:
    made = data(**{"parts-10-title": "ten", "parts-9-title": "nine", "parts-2-title": "two"})
    assert [row.title for row in made.parts] == ["two", "nine", "ten"]


def test_too_many_rows_is_told_once_at_the_rows() -> None:
    assert errors(**{f"parts-{n}-title": "abc" for n in range(4)}) == {"parts": "These are 4. Keep 3."}


@pytest.mark.parametrize(
    "name",
    ["parts-1000-title", "parts--title", "parts-1-", "PARTS-1-title", "parts-٣-title", "parts-1-title\n"],
)
def test_what_only_looks_like_a_row_is_ignored(name: str) -> None:
    assert data(**{name: "abc"}).parts == []


def test_a_row_where_a_field_belongs_is_refused_and_not_a_crash() -> None:
    assert set(errors(**{"title-0-x": "1"})) == {"title"}


def test_nul_is_dropped_and_line_ends_are_made_plain() -> None:
    entry = read(Posting, {"title": "A\x00 pos\r\nting"})
    assert entry.data.title == "A pos\nting"
    assert "\x00" not in entry.value("title")


def test_of_a_field_sent_twice_the_last_counts_and_a_list_takes_all() -> None:
    raw = FormData(
        [("title", "First one"), ("title", "Second one"), ("tags", "a"), ("tags", "b"), ("tags", "")]
    )
    entry = read(Posting, raw)
    assert (entry.data.title, entry.data.tags) == ("Second one", ["a", "b"])
    assert entry.values_of("tags") == ["a", "b", ""]
    assert entry.values_of("none") == []
    assert Entry({"one": "x"}).values_of("one") == ["x"]


def test_files_are_left_to_those_who_read_them() -> None:
    raw = FormData([("title", "A posting"), ("tags", UploadFile(file=None))])  # type: ignore[arg-type]
    assert read(Posting, raw).data.tags == []


def test_a_form_to_begin_with_holds_what_is_known() -> None:
    entry = filled(title="A posting", on=None, hours=3)
    assert (entry.value("title"), entry.value("on"), entry.value("hours"), entry.status) == (
        "A posting",
        "",
        3,
        200,
    )


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("288", 28800),
        ("16.50", 1650),
        ("16.5", 1650),
        ("16.", 1600),
        ("16.500", 1650),
        (" £1,200 ", 120000),
        ("1 200", 120000),
        ("1\u00a0200.05", 120005),
        ("1,234,567.89", 123456789),
        ("0", 0),
        ("-5", -500),
        ("-0.50", -50),
        ("007", 700),
    ],
)
def test_money_is_read_as_people_write_it(text: str, minor: int) -> None:
    assert data(pay=text).pay == minor


@pytest.mark.parametrize(
    "text",
    [
        "16,50",
        "1,2",
        "1,20,000",
        "16.505",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "--5",
        "£",
        ".",
        "٣",
        "9" * 40,
        "9" * 12,
        "12 pounds",
        "1.2.3",
        "1,200,00",
    ],
)
def test_money_that_could_be_meant_otherwise_is_asked_for_again(text: str) -> None:
    assert set(errors(pay=text)) == {"pay"}


@given(st.integers(0, 2_000_000_000))
def test_money_written_with_pence_and_thousands_is_read_back_exactly(minor: int) -> None:
    assert data(pay=f"{minor // 100:,}.{minor % 100:02}").pay == minor


_NAMES = st.sampled_from(
    [
        *Posting.model_fields,
        "parts-0-title",
        "parts-1-hours",
        "parts-3-title",
        "title-0-x",
        "tags-1-tags",
        "-0-",
        "x",
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", " ", "1", "-1", "1e9", "9" * 30, "on", "2026-11-27", "gig", "1,200.50", "\x00"]),
)


@given(st.lists(st.tuples(_NAMES, _TEXTS), max_size=14))
def test_whatever_is_sent_is_data_or_sentences_and_the_words_are_kept(pairs: list[tuple[str, str]]) -> None:
    entry = read(Posting, FormData(pairs))
    assert (entry.form is None) == bool(entry.errors)
    for field, sentence in entry.errors.items():
        assert sentence, field
        assert sentence[0].isupper(), sentence
        assert sentence.endswith("."), sentence
    for name, value in pairs:
        assert value.replace("\x00", "").replace("\r\n", "\n") in entry.values_of(name)
    if entry.form is not None:
        assert abs(entry.data.hours) < 2**31
        assert all(len(row.title) >= 3 for row in entry.data.parts)


UNSEEN = "\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Document(Form):
    verbatim = frozenset({"text"})
    name: str = ""
    text: str = ""


def test_signs_that_nobody_sees_are_dropped_but_where_a_signature_covers_them() -> None:
    entry = read(Document, {"name": f"Da{UNSEEN}ta", "text": f"Da{UNSEEN}ta"})
    assert (entry.data.name, entry.value("name")) == ("Data", "Data")
    assert entry.data.text == f"Da{UNSEEN}ta"
    assert errors(title=UNSEEN) == errors(title="\u3164 \u2800") == {"title": "Fill this in."}


def test_joiners_and_plain_marks_of_direction_stay() -> None:
    title = "\u06a9\u062a\u0627\u0628\u200c\u0647\u0627 \u200f(1)"
    assert data(title=title).title == title
