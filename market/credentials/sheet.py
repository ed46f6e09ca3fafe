"""A list of people as a spreadsheet saves it (CSV): read line by line, with a sentence for whatever is wrong.

The first row names the columns: `email`, and if wanted `reason`, `valid_until`, `evidence`, `link`, and one for each
criterion of the rubric. A list of addresses alone, one a line, is taken as well.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from market.web.show import plain_cell
from market.words import _

MOST_LINES = 500
MOST_CELL = 1200
MOST_TEXT = 200_000
"""Characters of a list that is sent with a form."""
COLUMNS = ("email", "reason", "valid_until", "evidence", "link")
_ALSO = {
    "e-mail": "email", "mail": "email", "address": "email", "email address": "email", "e-mail address": "email",
    "narrative": "reason", "why": "reason", "valid until": "valid_until", "expires": "valid_until",
    "evidence name": "evidence", "evidence link": "link", "url": "link",
}  # fmt: skip
_MAGIC = ((b"PK\x03\x04", "xlsx"), (b"\xd0\xcf\x11\xe0", "xls"), (b"%PDF", "pdf"), (b"\x89PNG", "png"))


class NotASheet(ValueError):
    """It cannot be read as a list; the text says what it is and what to do."""


class Line(NamedTuple):
    """One person of the list. `number` is the line as a spreadsheet counts it; `wrong` says what is to be mended."""

    number: int
    email: str
    reason: str = ""
    valid_until: date | None = None
    evidence: str = ""
    link: str = ""
    steps: tuple[int | None, ...] = ()  # by criterion, in the order asked for
    wrong: str = ""


class Sheet(NamedTuple):
    lines: list[Line]
    unknown: list[str]  # columns that nobody knows, left out


def text_of(content: bytes) -> str:
    """The bytes of an upload as text: UTF-8 or UTF-16 as they say, else what older spreadsheets write."""
    if not content.strip():
        raise NotASheet(_("This file is empty. Write one address on each line."))
    for magic, form in _MAGIC:
        if content.startswith(magic):
            if form in ("xlsx", "xls"):
                raise NotASheet(
                    _("This is a spreadsheet in a form of its own. Save it as CSV and send that.")
                )
            raise NotASheet(_("This is no list of people. Send a CSV file, as a spreadsheet saves it."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def read_sheet(text: str, criteria: Sequence[str] = ()) -> Sheet:
    """The lines of a list; `criteria` are the names of the rubric's criteria, each a column of its own.

    Raises `NotASheet` where no line can be made of it at all.
    """
    text = text.replace("\x00", "").lstrip("\ufeff")
    rows = _rows(text)
    if not rows:
        raise NotASheet(_("Nothing is in this list. Write one address on each line."))
    head, first = _columns(rows[0][1], criteria), 1
    if "email" not in head:
        if "@" not in rows[0][1][0]:
            raise NotASheet(_("The first line has to name the columns, “email” among them."))
        head, first = ["email"] + [""] * (len(rows[0][1]) - 1), 0
    known = {*COLUMNS, *(f"criterion {n}" for n in range(len(criteria)))}
    pairs = zip(rows[0][1], head, strict=True) if first else ()
    unknown = [name.strip()[:60] for name, key in pairs if key not in known and name.strip()]
    if len(rows) - first > MOST_LINES:
        raise NotASheet(
            _("These are %(n)s lines. Send at most %(most)s at once.", n=len(rows) - first, most=MOST_LINES)
        )
    if len(rows) == first:
        raise NotASheet(_("Only the names of columns are in this list, and nobody below them."))
    return Sheet([_line(number, head, cells, len(criteria)) for number, cells in rows[first:]], unknown)


def example(criteria: Sequence[str] = ()) -> str:
    """A list to begin with: the names of its columns and one line that shows what goes where."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *map(plain_cell, criteria)])
    writer.writerow(
        ["someone@example.org", _("Finished the course in June."), "", "", "", *("3" for _name in criteria)]
    )
    return out.getvalue()


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The lines that hold something, with their numbers."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, cells))
            if len(found) > 2 * MOST_LINES:
                break
    except csv.Error as cause:
        raise NotASheet(
            _("Line %(n)s cannot be read: look at its quotation marks.", n=reader.line_num)
        ) from cause
    return found


def _columns(cells: Sequence[str], criteria: Sequence[str]) -> list[str]:
    """What each column holds: a name of `COLUMNS`, "criterion n", or its own words where nobody knows it."""
    own = {
        form(name).strip().casefold(): f"criterion {n}"
        for n, name in enumerate(criteria)
        for form in (str, plain_cell)  # as it is called, and as `example` writes it
    }
    found: list[str] = []
    for cell in cells:
        name = " ".join(cell.strip().casefold().split())
        key = own.get(name) or (name if name in COLUMNS else _ALSO.get(name, name.replace("_", " ")))
        found.append("" if key in found else key)
    return found


def _line(number: int, head: Sequence[str], cells: Sequence[str], criteria: int) -> Line:
    given = {key: cell.strip()[: MOST_CELL + 1] for key, cell in zip(head, cells, strict=False) if key}
    line = Line(number, given.get("email", "")[:254], given.get("reason", ""))
    line = line._replace(evidence=given.get("evidence", "")[:200], link=given.get("link", "")[:500])
    if not line.email:
        return line._replace(wrong=_("There is no address in this line."))
    if (
        line.email.count("@") != 1
        or " " in line.email
        or line.email.startswith("@")
        or line.email.endswith("@")
    ):
        return line._replace(wrong=_("“%(text)s” is not an e-mail address.", text=line.email[:80]))
    if len(line.reason) > MOST_CELL:
        return line._replace(wrong=_("The reason is longer than %(most)s characters.", most=MOST_CELL))
    if line.link and not line.link.startswith("https://"):
        return line._replace(wrong=_("The link has to begin with https://."))
    if line.link and not line.evidence:
        return line._replace(wrong=_("Say in the column “evidence” what the link leads to."))
    try:
        until = given.get("valid_until", "")
        line = line._replace(valid_until=date.fromisoformat(until) if until else None)
    except ValueError:
        return line._replace(wrong=_("Write the day in valid_until as year-month-day, such as 2027-06-30."))
    steps: list[int | None] = []
    for n in range(criteria):
        step = given.get(f"criterion {n}", "")
        if step and step not in ("0", "1", "2", "3", "4"):
            return line._replace(wrong=_("A step is a number from 0 to 4, not “%(text)s”.", text=step[:20]))
        steps.append(int(step) if step else None)
    return line._replace(steps=tuple(steps))
