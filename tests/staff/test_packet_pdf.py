"""The packet as PDF: the same facts, the signed document inside, any name, the same bytes each time."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from market.paths import data_dir
from market.staff import packet_pdf, packets
from market.staff.models import Packet
from tests.staff.test_packets import ask
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World

FONTS = data_dir("static") / "vendor" / "fonts"
has_fonts = (FONTS / "DejaVuSans.ttf").is_file()
SEAL = packet_pdf.Seal("https://market.example/packets/abc/check?seal=00", "00" * 32)


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def document(**more: Any) -> str:
    said: dict[str, Any] = {
        "madeAt": "2026-11-16T10:00:00Z",
        "organisation": {"id": "did:web:market.example:o:abc", "name": "Nettle & Rye Bakery"},
        "person": {"id": "https://market.example/people/abc", "name": "Amara Okafor"},
        "work": {
            "title": "Count one aisle", "kind": "gig", "startedOn": "2026-10-01", "endedOn": "2026-11-01",
            "programmeVersion": None, "forMembers": False,
        },
        "hours": {"agreedHours": 22, "loggedMinutes": 90, "mentorSessions": 3, "mentorMinutes": 135},
        "steps": [{"title": "Labels", "acceptedWhen": "Ten found.", "status": "approved", "settledOn": "2026-10-09", "versions": 1}],
        "assessment": {
            "signedAt": "2026-11-02T10:00:00Z", "rubric": "Store rubric", "passMark": 3,
            "results": [{
                "criterion": "Accuracy", "skill": "Stock control", "levelAsked": 2, "needed": True, "step": 4,
                "means": "All are right.", "feedback": "Counted well.",
            }],
        },
        "credentials": [{"id": "https://market.example/credentials/abc", "name": "Stores and stock", "status": "accepted", "validFrom": ""}],
    }  # fmt: skip
    return json.dumps(said | more, ensure_ascii=False)


def lines_of(text: str, monkeypatch: pytest.MonkeyPatch, folder: Path | None = None) -> tuple[str, bytes]:
    """What is drawn, in the order it is drawn, and the file."""
    drawn: list[str] = []
    whole = packet_pdf._Sheet.multi_cell

    def note(self: Any, w: float, h: float, text: str, **more: Any) -> Any:
        drawn.append(text)
        return whole(self, w, h, text, **more)

    monkeypatch.setattr(packet_pdf._Sheet, "multi_cell", note)
    made = packet_pdf.pdf_of(text, SEAL, folder)
    return "\n".join(drawn), made


def test_it_says_what_the_document_says_and_carries_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = document()
    drawn, made = lines_of(text, monkeypatch)
    assert made.startswith(b"%PDF-")
    assert text.encode() in made  # the attachment, as it was signed
    assert b"completion.json" in made
    for words_ in (
        "Count one aisle", "Who: Amara Okafor", "With: Nettle & Rye Bakery", "2026-10-01 to 2026-11-01", "Hours agreed: 22",
        "Hours written down: 1.5", "3 sessions, 135 minutes", "Labels (approved, 2026-10-09)", "Ten found.",
        "Accuracy: step 4 of 4", "All are right.", "Counted well.", "Stores and stock", SEAL.address, SEAL.fingerprint,
    ):  # fmt: skip
        assert words_ in drawn
    assert "Some signs" not in drawn


def test_the_same_document_gives_the_same_bytes() -> None:
    assert packet_pdf.pdf_of(document(), SEAL) == packet_pdf.pdf_of(document(), SEAL)
    assert packet_pdf.pdf_of(document(), SEAL) != packet_pdf.pdf_of(document(steps=[]), SEAL)


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = document(assessment=None, credentials=[], steps=[], person={"id": "x", "name": ""})
    drawn, _made = lines_of(bare, monkeypatch)
    assert "completed without an assessment" in drawn
    assert "No credential of this work was accepted" in drawn
    assert "Someone without a name" in drawn


@pytest.mark.skipif(not has_fonts, reason="the font of static/vendor is not fetched")
@pytest.mark.parametrize(
    "name", ["Łukasz Żak", "Ольга Петрова", "Νίκος", "محمد علي", "דוד לוי", "Nguyễn Thị Hường"]
)
def test_names_of_many_scripts_are_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, _made = lines_of(document(person={"id": "x", "name": name}), monkeypatch)
    assert f"Who: {name}" in drawn
    assert "Some signs" not in drawn


@pytest.mark.parametrize(
    "name", ["王小明", "Ada 👩‍💻 Holm", "สมชาย", "\u0000\u202eevil", "𝔘𝔫𝔦", "a" * 3000, "\ud83d"]
)
def test_no_name_breaks_it_and_what_is_not_drawn_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(
        json.loads(document(person={"id": "x", "name": name}))
    )  # escaped, as lone surrogates come
    drawn, made = lines_of(text, monkeypatch)
    assert made.startswith(b"%PDF-")
    assert ("a box stands for each" in drawn or not has_fonts) or name.startswith(("\u0000", "a"))


def test_without_the_font_it_is_made_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn, made = lines_of(document(person={"id": "x", "name": "Łukasz Żak"}), monkeypatch, tmp_path)
    assert made.startswith(b"%PDF-")
    assert "Who: ?ukasz ?ak" in drawn
    assert "a question mark stands for each" in drawn


def test_many_long_parts_go_over_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    part = {
        "title": "Labels " * 20,
        "acceptedWhen": "Found. " * 300,
        "status": "approved",
        "settledOn": None,
        "versions": 1,
    }
    drawn, made = lines_of(document(steps=[part] * 12), monkeypatch)
    assert made.count(b"/Type /Page\n") > 5
    assert "How to check it" in drawn


def test_either_side_takes_it_along_and_anyone_checks_its_fingerprint(client: Client, make: World) -> None:
    packet = ask(make, make.finished())
    make.drain()
    amara = client.as_(make.amara)
    got = amara.get(f"/packets/{packet}/pdf")
    assert got.headers["content-type"] == "application/pdf"
    assert f"completion-{packet}.pdf" in got.headers["content-disposition"]
    with make.read() as db:
        text = db.exec(select(Packet.document)).one() or ""
    assert text.encode() in got.content
    seal, visitor = packets.fingerprint(text), client
    assert "Nettle & Rye Bakery signed this document" in words(
        visitor.get(f"/packets/{packet}/check?seal={seal}")
    )
    other = visitor.get(f"/packets/{packet}/check?seal={'0' * 64}")
    assert "This is not the document that was signed" in words(other)
    assert make.amara.name not in words(other)
    assert visitor.get(f"/packets/{packet}/check").status_code == 404
    assert visitor.get(f"/packets/aaaaaaaaaaaaaaaa/check?seal={seal}").status_code == 404
    assert client.as_(make.chidi).get(f"/packets/{packet}/pdf").status_code == 404
