"""A file is what its content says; its name is only ever shown."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.files import rules
from tests.files import samples

MOST = 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("brief.pdf", samples.PDF),
        ("Photo.JPG", samples.picture("JPEG")),
        ("photo.png", samples.picture("PNG")),
        ("photo.webp", samples.picture("WEBP")),
        ("photo.gif", samples.picture("GIF")),
        ("list.csv", b"name,price\nRye,3\n"),
        ("notes.md", "# Łukasz's notes\n".encode()),
        ("data.json", b'{"a": 1}'),
        ("data.txt", b'{"a": 1}'),
        ("letter.docx", samples.office("word")),
        ("sheet.xlsx", samples.office("xl")),
        ("sheet.ods", samples.open_document("spreadsheet")),
        ("all.zip", samples.office("other")),
        ("logo.svg", samples.SVG),
    ],
)
def test_what_it_says_it_is_is_taken(name: str, content: bytes) -> None:
    assert rules.complaint(name, content, MOST) == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.png", samples.HTML, "This kind of file is not taken"),
        ("page.html", samples.HTML, "This kind of file is not taken"),
        ("notes.txt", samples.HTML, "This kind of file is not taken"),
        ("notes.txt", b"  <!-- x --><svg onload=alert(1)>", "The name says text, but inside it is SVG"),
        ("photo.png", samples.PDF, "The name says PNG, but inside it is PDF"),
        ("photo.jpg", samples.picture("PNG"), "The name says JPEG, but inside it is PNG"),
        ("letter.docx", samples.office("xl"), "The name says Word document, but inside it is Excel sheet"),
        ("letter.docx", samples.office("word", "word/vbaProject.bin"), "This kind of file is not taken"),
        ("tool.exe", b"MZ\x90\x00\x03\x00", "This kind of file is not taken"),
        ("run.sh", b"#!/bin/sh\nrm -rf x\n", "Files that end with .sh are not taken"),
        ("brief", samples.PDF, "inside it is PDF, so end it with .pdf"),
        ("brief.pdf.exe", samples.PDF, "inside it is PDF, so end it with .pdf"),
        ("empty.txt", b"", "This file is empty"),
        ("data.json", b"no json", "no JSON"),
        ("broken.zip", b"PK\x03\x04nothing", "This kind of file is not taken"),
        ("text.txt", b"a\x00b", "This kind of file is not taken"),
    ],
)
def test_a_lying_or_unknown_type_is_refused_with_words(name: str, content: bytes, said: str) -> None:
    assert said in rules.complaint(name, content, MOST)


def test_a_file_over_the_limit_is_told_both_sizes() -> None:
    said = rules.complaint("a.txt", b"a" * (3 * 1_048_576), 2 * 1_048_576)
    assert said == "This file has 3.0 MB. At most 2 MB are taken."


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mira\\brief.pdf", "brief.pdf"),
        ("  a\x00b\n\u202egnp.exe ", "abgnp.exe"),
        ("con.txt", "file-con.txt"),
        ('a"<b>.txt', "a-b-.txt"),
        ("...", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("ż.pdf", "ż.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_hostile_names_are_cleaned(name: str, clean: str) -> None:
    assert rules.clean_name(name) == clean


@given(st.text(max_size=400))
def test_no_name_is_ever_a_path_or_empty_or_too_long(name: str) -> None:
    clean = rules.clean_name(name)
    assert 0 < len(clean) <= rules.MOST_NAME
    assert not set(clean) & set('/\\"\r\n\x00')
    assert clean not in (".", "..")
    assert rules.clean_name(clean) == clean


@given(st.binary(max_size=300))
def test_no_content_is_too_odd_to_be_looked_at(content: bytes) -> None:
    assert isinstance(rules.complaint("a.txt", content, MOST), str)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 16, rules.MP4),
        (b"ID3\x04" + b"\x00" * 16, rules.MP3),
        (b"\xff\xfb\x90\x00" + b"\x00" * 16, rules.MP3),
        (b"a bell rings \x07 here", None),
        (b"PK\x03\x04 and then nothing of an archive", None),
    ],
    ids=["film", "song", "song without a tag", "control signs", "broken archive"],
)
def test_sounds_films_and_broken_things_are_told_by_their_first_bytes(
    content: bytes, kind: rules.Taken | None
) -> None:
    assert rules.type_of(content) == kind


def test_an_archive_with_office_s_list_of_parts_and_no_document_is_an_archive() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("elsewhere/page.xml", "<a/>")
    assert rules.type_of(out.getvalue()) == rules.ZIP


def test_a_plain_archive_is_an_archive() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("notes.txt", "Rye on Thursday.")
    assert rules.type_of(out.getvalue()) == rules.ZIP
