"""Lists of people as spreadsheets save them: whatever they look like, each line says what is wrong with it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.credentials import sheet
from market.credentials.sheet import NotASheet, read_sheet, text_of


def test_the_columns_may_stand_in_any_order_and_have_other_usual_names() -> None:
    made = read_sheet("Why;E-Mail;Valid until\nBaked.;a@b.example;2028-06-30\n")
    line = made.lines[0]
    assert (line.email, line.reason, line.valid_until, line.wrong) == (
        "a@b.example",
        "Baked.",
        date(2028, 6, 30),
        "",
    )
    assert made.unknown == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_delimiter_is_told_from_the_first_line(delimiter: str) -> None:
    text = delimiter.join(("email", "reason")) + "\r\n" + delimiter.join(("a@b.example", "x")) + "\r\n"
    assert read_sheet(text).lines[0].reason == "x"


def test_a_list_of_addresses_alone_needs_no_names_of_columns() -> None:
    assert [line.email for line in read_sheet("a@b.example\n\nc@d.example").lines] == [
        "a@b.example",
        "c@d.example",
    ]


def test_lines_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    made = read_sheet('email,reason\n\na@b.example,"two\nlines"\nc@d.example,x\n')
    assert [line.number for line in made.lines] == [4, 5], "a cell with a line break ends on its last line"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",x,,,", "There is no address in this line."),
        ("a b@c.example,,,,", "is not an e-mail address"),
        ("@c.example,,,,", "is not an e-mail address"),
        ("a@b.example," + "x" * 1201 + ",,,", "longer than 1200 characters"),
        ("a@b.example,,30.6.2028,,", "year-month-day"),
        ("a@b.example,,,Photo,http://x.example", "begin with https://"),
        ("a@b.example,,,,https://x.example", "Say in the column “evidence”"),
    ],
)
def test_a_line_says_what_is_wrong_with_it(row: str, said: str) -> None:
    made = read_sheet(f"email,reason,valid_until,evidence,link\n{row}\nfine@b.example,,,,\n")
    assert said in made.lines[0].wrong
    assert made.lines[1].wrong == "", "the others are not touched by it"


def test_criteria_are_columns_and_unknown_columns_are_named() -> None:
    made = read_sheet(
        "email,CRUMB,crust,Mood,email\na@b.example,3,,sunny,other@b.example\n", ["Crumb", "Crust"]
    )
    assert made.lines[0].steps == (3, None)
    assert made.lines[0].email == "a@b.example", "the first of two columns with one name counts"
    assert made.unknown == ["Mood", "email"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"  \n ", "This file is empty."),
        (b"PK\x03\x04", "Save it as CSV"),
        (b"\xd0\xcf\x11\xe0", "Save it as CSV"),
        (b"%PDF-1.7", "This is no list of people."),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(NotASheet, match=said):
        text_of(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_come_out_right_from_every_usual_encoding(encoding: str) -> None:
    assert read_sheet(text_of("email,reason\na@b.example,Grüße".encode(encoding))).lines[0].reason == "Grüße"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Nothing is in this list."),
        ("name\nAmara", "The first line has to name the columns"),
        ("email\n", "nobody below them"),
        ("email\n" + "a@b.example\n" * 501, "501 lines"),
        ('email\n"' + "x" * 140_000 + '"\n', "cannot be read"),
    ],
)
def test_what_is_no_list_is_refused_whole(text: str, said: str) -> None:
    with pytest.raises(NotASheet, match=said):
        read_sheet(text)


def test_the_example_can_be_read_back() -> None:
    made = read_sheet(sheet.example(["Crumb", "Crust"]), ["Crumb", "Crust"])
    assert made.lines[0].wrong == ""
    assert made.lines[0].steps == (3, 3)
    assert made.unknown == []


@given(st.text(max_size=300))
def test_any_text_is_a_list_or_is_refused_with_words(text: str) -> None:
    try:
        said = "" if read_sheet(text, ["Crumb"]).lines else "nothing"
    except NotASheet as refused:
        said = str(refused).removesuffix(".")
        said = "" if said != str(refused) else said
    assert said == "", "a refusal is a sentence, and a list has lines"


def test_the_example_holds_no_formula_and_is_read_again_by_its_own_names() -> None:
    made = sheet.example(["=HYPERLINK(1)", "Counting"])
    assert made.splitlines()[0] == "email,reason,valid_until,evidence,link,'=HYPERLINK(1),Counting"
    again = read_sheet(made, ["=HYPERLINK(1)", "Counting"])
    assert (again.unknown, again.lines[0].steps) == ([], (3, 3))
