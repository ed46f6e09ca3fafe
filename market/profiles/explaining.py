"""Why a level is what it is: the ledger of one skill as lines that add up in hundredths, exactly as printed.

What an item was written for is known to the feature that wrote it. Higher features register words for their kinds of
source in `panels.SOURCE_WORDS`; a source without words is called by what it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from market.evidence.around import what_counts
from market.evidence.credit import Credit, best_credit, carries
from market.evidence.posterior import UNITS, Aside, Level, Suggestion, most_helpful, posterior
from market.evidence.queries import LedgerRow, levels_from
from market.profiles import sentences
from market.skills.models import Skill

WIDTH = 20  # percent of the drawing for one step of the 0-5 scale


class Told(NamedTuple):
    """One line of the explanation. `moves` is in hundredths of a step; `start` and `width` in percent of the drawing."""

    on: date
    tier: int
    words: str
    href: str
    by: str
    showed: float
    weight: int
    why_weight: str
    moves: int
    start: float
    width: float
    counts: bool

    @property
    def moves_by(self) -> float:
        """In steps, as it is printed."""
        return self.moves / 100


class Explained(NamedTuple):
    """One skill of one person on one day, line by line: start, lines, doubt, what the limits add, what it counts as."""

    level: Level
    lines: list[Told]
    start: int
    estimate: int
    doubt: int
    held: int  # what is added or taken at the ends of the scale, for one's own word, and where nothing counts
    rounding: int  # what whole units add or take
    later_count: int  # items that came after the day asked about
    helpful: tuple[Suggestion, ...]

    @property
    def counts(self) -> int:
        """Hundredths: what all lines add up to, which is the level that matching uses."""
        return self.estimate + self.doubt + self.held + self.rounding


def explained(
    rows: list[LedgerRow],
    on: date,
    say: Callable[[LedgerRow], tuple[str, str]],
    parties: Mapping[tuple[str, int | None], str],
) -> Explained:
    """The lines of one skill (`rows` are one person's rows in it) as of a day.

    `say` gives (words, address or empty) of what a row was written for; `parties` the names of who says so.
    """
    items = [row.item for row in rows]
    family = rows[0].family if rows else "knowledge"
    level = posterior(items, family, on)
    by_id = {row.id: row for row in rows}
    in_time = sorted(level.lines, key=lambda line: (line.item.occurred_on, line.item.id))
    bars = replace(level, lines=tuple(in_time)).waterfall()
    lines = []
    for bar in bars:
        line = bar.line
        if line is None or line.aside is Aside.LATER:
            continue
        row = by_id[line.item.id]
        words, href = say(row)
        lines.append(
            Told(
                on=row.occurred_on,
                tier=row.tier,
                words=words,
                href=href,
                by=parties.get((row.party_kind, row.party_id), ""),
                showed=row.reading_milli / 1000,
                weight=0 if line.aside else line.weight,
                why_weight=" ".join(filter(None, (sentences.read_as(row), sentences.why_weight(line)))),
                moves=bar.moves,
                start=min(bar.start, bar.start + bar.moves) * WIDTH / 100,
                width=abs(bar.moves) * WIDTH / 100,
                counts=line.aside is None,
            )
        )
    start, doubt = bars[0].moves, bars[-1].moves
    estimate = bars[-1].start
    held = 0
    if not level.n or level.own_word or (level.level in (1, 255) and abs(level.rounding) > 0.01):
        held = round(100 * level.level / UNITS) - estimate - doubt
    rounding = round(100 * level.level / UNITS) - estimate - doubt - held
    shown = max((line.showed for line in lines), default=0)
    aim = min(5, max(level.meets + 1, int(shown)))  # what they say or showed already, or the next level
    return Explained(
        level=level,
        lines=lines,
        start=start,
        estimate=estimate,
        doubt=doubt,
        held=held,
        rounding=rounding,
        later_count=sum(line.aside is Aside.LATER for line in level.lines),
        helpful=most_helpful(items, family, on, float(aim)) if level.meets < 5 else (),
    )


class Credited(NamedTuple):
    """What another skill adds to one, where it counts for more: the credit, and a row that names the other skill."""

    credit: Credit
    by: LedgerRow


def credit_from(db: Session, skill_id: int, ledger: Iterable[LedgerRow], on: date) -> Credited | None:
    """What counts for a skill beside its own evidence, of one person's whole ledger; None where that is not more."""
    rows = list(ledger)
    levels = levels_from(rows, on)
    own = levels[skill_id].level if skill_id in levels else 0
    family = db.get_one(Skill, skill_id).family
    others = [
        (levels[one.shown].level, one.path)
        for one in what_counts(db, [skill_id])
        if one.shown in levels and carries(levels[one.shown].tier, family)
    ]
    found = best_credit(skill_id, own, others)
    if not found.path.steps or not found.level:
        return None
    return Credited(found, next(row for row in rows if row.skill_id == found.path.shown))
