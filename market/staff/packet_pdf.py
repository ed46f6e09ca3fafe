"""The completion packet on paper: the facts of the signed document as a PDF, with the document itself inside it.

What counts is the signed file, which stands in the PDF as an attachment, byte for byte as it was signed. The printed
words are drawn from it and from nothing else. The QR code leads to a page of this site that says whether a document with
this fingerprint was signed; no request is made while it is drawn. The same document gives the same bytes.

Letters come from DejaVu Sans (static/vendor/fonts), which draws Latin, Greek, Cyrillic, Arabic, Hebrew and more, joined
by uharfbuzz. What it does not draw stands as a box, and the document says so; without the font file only Latin-1 is drawn.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import segno
from fpdf import FPDF, XPos, YPos
from fpdf.fonts import TTFFont

from market.lifecycle import words_of
from market.paths import data_dir
from market.web.show import day_full
from market.words import _, plural, without_unseen

INK, FAINT = (29, 27, 23), (103, 98, 89)
MARGIN, LINE = 20.0, 5.4  # millimetres
BOX, ASKED = "\u25a1", "?"  # what stands for a sign that is not drawn
ATTACHED = "completion.json"
_JOINS = {"\u200c", "\u200d", "\u200e", "\u200f"}  # steer the signs beside them and are drawn by no font


class Seal(NamedTuple):
    """Where the document can be looked up, and by what."""

    address: str
    fingerprint: str


class _Sheet(FPDF):
    """A page of A4 with the letters of one font; it remembers whether a sign could not be drawn."""

    def __init__(self, folder: Path) -> None:
        super().__init__(format="A4")
        self.missing = False
        self.signs: frozenset[int] | None = None
        plain, bold = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
        if plain.is_file() and bold.is_file():
            self.add_font("text", "", plain)
            self.add_font("text", "B", bold)
            self.family = "text"
            font = self.fonts["text"]
            assert isinstance(font, TTFFont)
            self.signs = frozenset(font.cmap)
            self.set_text_shaping(True)
        else:
            self.family = "helvetica"
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.add_page()

    def drawn(self, text: str) -> str:
        """The text with a box for each sign that the font lacks."""
        kept = []
        for sign in without_unseen(text):
            if sign in "\n " or self._is_drawn(sign):
                kept.append(sign)
            elif sign not in _JOINS:
                self.missing = True
                kept.append(BOX if self.signs is not None else ASKED)
        return "".join(kept)

    def _is_drawn(self, sign: str) -> bool:
        if self.signs is not None:
            return ord(sign) in self.signs
        return ord(sign) < 127 or 160 <= ord(sign) < 256

    def say(
        self, text: str, *, size: float = 10, bold: bool = False, faint: bool = False, after: float = 1.5
    ) -> None:
        """A paragraph over the whole width."""
        if not text.strip():
            return
        self.set_font(self.family, "B" if bold else "", size)
        self.set_text_color(*(FAINT if faint else INK))
        height = LINE * size / 10
        self.multi_cell(0, height, self.drawn(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def head(self, text: str) -> None:
        """The head of a section, under a rule; never alone at the foot of a page."""
        if self.will_page_break(30):
            self.add_page()
        self.ln(3)
        self.set_draw_color(*INK)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.ln(2)
        self.say(text, size=13, bold=True)

    def fact(self, name: str, value: str) -> None:
        """One line of particulars."""
        if value.strip():
            self.say(f"{name}: {value}", after=0.6)

    def qr(self, text: str, side: float) -> None:
        """A QR code at the right of where the pen stands."""
        code = segno.make(text, error="m", micro=False)
        rows = list(code.matrix_iter(border=0))
        step, left, top = side / len(rows), self.w - MARGIN - side, self.get_y()
        self.set_fill_color(*INK)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    self.rect(left + x * step, top + y * step, step, step, style="F")


def pdf_of(document: str, seal: Seal, folder: Path | None = None) -> bytes:
    """The signed document, a text of JSON, as a PDF. `folder` is where the fonts lie, unless they came with the site."""
    folder = folder or data_dir("static") / "vendor" / "fonts"
    said: dict[str, Any] = json.loads(document)
    made_at = datetime.fromisoformat(said["madeAt"])
    sheet = _Sheet(folder)
    sheet.set_creation_date(made_at)
    sheet.set_title(sheet.drawn(said["work"]["title"]))
    sheet.set_author(sheet.drawn(said["organisation"]["name"]))
    sheet.set_creator("Foothold")
    sheet.set_producer("fpdf2")
    sheet.embed_file(
        bytes=document.encode(),
        basename=ATTACHED,
        mime_type="application/json",
        creation_date=made_at,
        modification_date=made_at,
        desc=_("The signed document"),
    )
    _whom(sheet, said, made_at)
    _steps(sheet, said)
    _judged(sheet, said["assessment"])
    _earned(sheet, said["credentials"])
    _checking(sheet, said, seal)
    return bytes(sheet.output())


def _whom(sheet: _Sheet, said: Mapping[str, Any], made_at: datetime) -> None:
    work, hours = said["work"], said["hours"]
    sheet.say(_("Completed"), faint=True, after=0.5)
    sheet.say(work["title"], size=18, bold=True, after=3)
    sheet.fact(_("Who"), said["person"]["name"] or _("Someone without a name"))
    sheet.fact(_("With"), said["organisation"]["name"])
    if work["startedOn"] and work["endedOn"]:
        sheet.fact(
            _("From and to"), _("%(first)s to %(last)s", first=work["startedOn"], last=work["endedOn"])
        )
    if work.get("forMembers"):
        sheet.fact(_("For"), _("the organisation’s own people"))
    if work["programmeVersion"]:
        sheet.fact(_("Programme"), _("version %(n)s", n=work["programmeVersion"]))
    sheet.fact(_("Hours agreed"), str(hours["agreedHours"]))
    if hours["loggedMinutes"]:
        sheet.fact(_("Hours written down"), f"{hours['loggedMinutes'] / 60:.1f}")
    if hours["mentorSessions"]:
        told = plural("%(n)s session", "%(n)s sessions", hours["mentorSessions"])
        sheet.fact(_("With a mentor"), _("%(told)s, %(n)s minutes", told=told, n=hours["mentorMinutes"]))
    sheet.fact(_("Made on"), day_full(made_at))


def _steps(sheet: _Sheet, said: Mapping[str, Any]) -> None:
    sheet.head(_("What was done"))
    for one in said["steps"]:
        state = words_of(one["status"]) + (f", {one['settledOn']}" if one["settledOn"] else "")
        sheet.say(f"{one['title']} ({state})", bold=True, after=0.3)
        sheet.say(one["acceptedWhen"], size=9, faint=True)


def _judged(sheet: _Sheet, judged: Mapping[str, Any] | None) -> None:
    sheet.head(_("How it was judged"))
    if judged is None:
        sheet.say(_("It was completed without an assessment."))
        return
    day = f", {judged['signedAt'][:10]}" if judged["signedAt"] else ""
    passed = _("Step %(n)s is what was asked.", n=judged["passMark"])
    sheet.say(f"{judged['rubric']}{day}. {passed}", after=2)
    for one in judged["results"]:
        sheet.say(
            _("%(criterion)s: step %(n)s of 4", criterion=one["criterion"], n=one["step"]),
            bold=True,
            after=0.3,
        )
        sheet.say(
            _("%(skill)s, level %(n)s asked", skill=one["skill"], n=one["levelAsked"])
            + (f". {one['means']}" if one["means"] else ""),
            size=9,
            after=0.3,
        )
        sheet.say(one["feedback"], size=9, faint=True)


def _earned(sheet: _Sheet, earned: list[Mapping[str, Any]]) -> None:
    sheet.head(_("What was earned"))
    if not earned:
        sheet.say(_("No credential of this work was accepted when this was made."))
    for one in earned:
        sheet.say(one["name"], bold=True, after=0.3)
        sheet.say(one["id"], size=9, faint=True)


def _checking(sheet: _Sheet, said: Mapping[str, Any], seal: Seal) -> None:
    if sheet.will_page_break(62):
        sheet.add_page()
    sheet.head(_("How to check it"))
    side = 32.0
    sheet.qr(seal.address, side)
    sheet.set_right_margin(MARGIN + side + 6)
    sheet.say(
        _(
            "The signed document is attached to this file (%(name)s). It counts; this page is a copy of its words.",
            name=ATTACHED,
        )
    )
    sheet.say(_("Whether the organisation signed a document with this fingerprint is told here:"), after=0.5)
    sheet.say(seal.address, size=8)
    sheet.say(_("Fingerprint (SHA-256): %(print)s", print=seal.fingerprint), size=8)
    sheet.say(_("Signed by: %(id)s", id=said["organisation"]["id"]), size=8)
    sheet.set_right_margin(MARGIN)
    if sheet.missing:
        sheet.say(
            _(
                "Some signs are not in the typeface of this page, and a box stands for each. They are whole in the attached document."
            )
            if sheet.signs is not None
            else _(
                "Some signs are not in the typeface of this page, and a question mark stands for each. They are whole in the attached document."
            ),
            size=9,
            bold=True,
        )
