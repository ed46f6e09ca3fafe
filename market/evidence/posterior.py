"""Evidence to level: what the ledger says about one skill of one person, how sure that is, and why.

Ability `theta` on the scale 0-5 starts as N(m0, 1/p0). Each item is a reading `z = gain*theta +
inflation + noise` with a variance by tier; age halves its precision, and one party's word is worth only
so much. The level that matching uses is the estimate less our doubt, in 51 units a step. Everything here
is a pure function of the items and a day, so a level can be explained line by line and replayed.
Source: the calibration table, held by tests/evidence/test_posterior.py; its sentences may not change,
these constants may.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import fsum, sqrt
from types import MappingProxyType

UNITS = 51
"""Units of the integer level in one step of the 0-5 scale."""
DOORSTEP = 25
"""The highest level that meets nothing: one unit below the minimum of level 1."""
OWN_WORD = 1
"""The level of what rests on one's own word: found, and by score behind everyone who showed it."""
CLAIMED, SHOWN, ENDORSED, CREDENTIALED, DEMONSTRATED = range(5)
"""The tiers T0 to T4."""
SPREAD_90 = 1.6448536269514722
"""Half the width of a 90 % interval, in standard deviations."""
SOFT = "soft"
"""The family of skills in working with people: of those nobody shows anything by themselves (T1), others see it."""
DAYS_A_YEAR = 365.25


class Aside(StrEnum):
    """Why an item counts for nothing, in whole."""

    CLAIM = "claim"  # other evidence stands: what someone says of themselves no longer counts
    TRIAL = "trial"  # the same, for a credential whose issuer is on trial
    CAP = "cap"  # this party has already said as much as one party can
    EXPIRED = "expired"
    LATER = "later"  # dated after the day asked about
    OWN = "own"  # shown by oneself, of a skill that only others can see


@dataclass(frozen=True, slots=True)
class Settings:
    """The constants of the model. Change `version` with any of them: rankings are logged with it."""

    version: int = 3
    m0: float = 1.0
    p0: float = 0.35
    caution: float = 0.5
    variance: tuple[float, ...] = (16.0, 4.0, 1.5, 0.8, 0.36)  # by tier
    half_life_years: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"tool": 3.0, "knowledge": 6.0, SOFT: 10.0})
    )
    # The precision that may be summed, before decay. A second claim adds nothing, and neither does a
    # third project: without these two, twenty links of one's own would outweigh an assessor.
    claims_cap: float = 0.0625
    shown_cap: float = 0.5
    issuer_cap: float = 2.0
    counterparty_cap: float = 5.0


DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the ledger, as the model sees it.

    reading 0-5; `party` names who says so ("issuer:7", "organisation:3"), empty for oneself; variance
    defaults to the tier's; gain (> 0) and inflation are the learned strength of the source. A credential is `on_trial`
    while nobody here knows what its issuer's word is worth: then it says no more than its holder does.
    """

    id: int
    tier: int
    reading: float
    occurred_on: date
    party: str = ""
    variance: float | None = None
    gain: float = 1.0
    inflation: float = 0.0
    expires_on: date | None = None
    on_trial: bool = False

    @property
    def counts_as(self) -> int:
        """The tier by which it is weighed."""
        return CLAIMED if self.on_trial else self.tier

    def __post_init__(self) -> None:
        """Refuse what the ledger's constraints refuse."""
        if self.tier not in range(5):
            raise ValueError(f"tier {self.tier} is not 0 to 4")
        if not 0 <= self.reading <= 5:
            raise ValueError(f"reading {self.reading} is not 0 to 5")
        if self.variance is not None and not self.variance > 0:
            raise ValueError(f"variance {self.variance} is not above 0")
        if not self.gain > 0:
            raise ValueError(f"gain {self.gain} is not above 0")


@dataclass(frozen=True, slots=True)
class Line:
    """What one item adds. `moves` is its exact, additive part of `mu - m0`, on the 0-5 scale."""

    item: Item
    decay: float  # 0-1: what age leaves of its weight
    share: float  # 0-1: what the cap on its party leaves
    precision: float
    moves: float
    aside: Aside | None = None

    @property
    def weight(self) -> int:
        """What age and caps leave of its weight, in whole percent."""
        return round(100 * self.decay * self.share)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the waterfall, in hundredths of a step: the bars add up exactly as printed."""

    kind: str  # start | evidence | doubt
    start: int
    moves: int
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One skill of one person. `level` is 1-255 as matching uses it, 0 when there is nothing to go by."""

    mu: float
    sigma: float
    level: int
    tier: int
    lines: tuple[Line, ...]
    doubt: float
    start: float = DEFAULTS.m0
    own_word: bool = False  # rests on nothing else, and is held for that

    @property
    def counts(self) -> float:
        """The estimate less our doubt, or what one's own word counts as; `level` is this in whole units, held to 1-255.

        0 where nothing counts: what was never shown is worth less than a claim, whatever the common start.
        """
        if not self.n:
            return 0.0
        return OWN_WORD / UNITS if self.own_word else self.mu - self.doubt

    @property
    def printed(self) -> tuple[float, float, float]:
        """The estimate, what is taken off for doubt and what is left, in tenths: a sum that is right as it is printed.

        The estimate and what is left are rounded, as they are wherever they are shown; the doubt is what lies between.
        """
        estimate, left = round(self.mu, 1), round(self.counts, 1)
        return estimate, round(estimate - left, 1), left

    @property
    def lo(self) -> float:
        """Lower end of the 90 % interval, cut at 0."""
        return max(0.0, self.mu - SPREAD_90 * self.sigma)

    @property
    def hi(self) -> float:
        """Upper end of the 90 % interval, cut at 5."""
        return min(5.0, self.mu + SPREAD_90 * self.sigma)

    @property
    def rounding(self) -> float:
        """What whole units and the limits add to `counts`, on the 0-5 scale."""
        return self.level / UNITS - self.counts

    @property
    def meets(self) -> int:
        """The highest requirement level (1-5) this meets, 0 for none."""
        return (self.level + DOORSTEP) // UNITS

    @property
    def n(self) -> int:
        """How many items count."""
        return sum(line.aside is None for line in self.lines)

    def waterfall(self) -> tuple[Bar, ...]:
        """From the common start, item by item, to the estimate less our doubt: bars that add up in hundredths.

        Each bar ends where the rounded running total ends, so no bar is off by more than a hundredth.
        """
        bars = [Bar("start", 0, round(100 * self.start))]
        exact, end = self.start, round(100 * self.start)
        for line in self.lines:
            exact += line.moves
            bars.append(Bar("evidence", end, round(100 * exact) - end, line))
            end = round(100 * exact)
        return (*bars, Bar("doubt", end, round(100 * (self.mu - self.doubt)) - end))


def posterior(items: Iterable[Item], family: str, as_of: date, settings: Settings = DEFAULTS) -> Level:
    """The level of one skill on one day. `family` chooses the half-life: tool, knowledge or soft.

    What rests on one's own word has the level `OWN_WORD` whatever it says, and one's own word is set aside as soon as
    anything else counts. The order of the items is of no matter.
    """
    half_life = half_life_days(family, settings)
    ledger = sorted(items, key=lambda item: item.id)
    shares = _shares(ledger, family, as_of, settings)
    firm = _solve(
        ledger, [_firm(*pair) for pair in zip(ledger, shares, strict=True)], half_life, as_of, settings
    )
    if firm.level:
        return firm
    whole = _solve(ledger, shares, half_life, as_of, settings)
    return replace(whole, level=OWN_WORD, own_word=True) if whole.level else whole


def _firm(item: Item, share: float | Aside) -> float | Aside:
    """An item's share beside evidence that is more than its holder's word."""
    if item.counts_as != CLAIMED or isinstance(share, Aside):
        return share
    return Aside.TRIAL if item.on_trial else Aside.CLAIM


def half_life_days(family: str, settings: Settings = DEFAULTS) -> float:
    """In how many days evidence of such a skill loses half its weight; ValueError for a family that is not known."""
    years = settings.half_life_years.get(family)
    if years is None:
        raise ValueError(
            f"no half-life for the family {family!r}; known: {', '.join(settings.half_life_years)}"
        )
    return DAYS_A_YEAR * years


def _shares(ledger: Sequence[Item], family: str, as_of: date, settings: Settings) -> list[float | Aside]:
    """For each item the part (0-1) of its precision that its party's cap leaves, or why it counts for nothing.

    A party's budget is spent on its latest word first and before decay, so that twenty old badges do not
    keep each other young, and an older item never takes weight from a newer one.
    """
    found: dict[int, float | Aside] = {}
    left: dict[tuple[str, str], float] = {}
    for place, item in sorted(
        enumerate(ledger), key=lambda pair: (pair[1].occurred_on, pair[1].id), reverse=True
    ):
        if item.occurred_on > as_of:
            found[place] = Aside.LATER
        elif item.expires_on is not None and item.expires_on < as_of:
            found[place] = Aside.EXPIRED
        elif item.counts_as == SHOWN and family == SOFT:
            found[place] = Aside.OWN
        else:
            purse, budget = _purse(item, settings)
            precision = _precision(item, settings)
            spent = min(precision, left.get(purse, budget))
            left[purse] = left.get(purse, budget) - spent
            found[place] = spent / precision if spent > 0 else Aside.CAP
    return [found[place] for place in range(len(ledger))]


def _purse(item: Item, settings: Settings) -> tuple[tuple[str, str], float]:
    """Whose budget an item is paid from, and how large that is."""
    if item.counts_as == CLAIMED:
        return ("claims", ""), settings.claims_cap
    if item.counts_as == SHOWN:
        return ("shown", ""), settings.shown_cap
    if item.counts_as == CREDENTIALED:
        return ("issuer", item.party), settings.issuer_cap
    return ("counterparty", item.party), settings.counterparty_cap


def _precision(item: Item, settings: Settings) -> float:
    """gain^2 / variance: what the item weighs on the day it happened."""
    if item.on_trial:
        return 1 / settings.variance[CLAIMED]
    variance = settings.variance[item.tier] if item.variance is None else item.variance
    return item.gain**2 / variance


def _solve(
    ledger: Sequence[Item], shares: Sequence[float | Aside], half_life: float, as_of: date, settings: Settings
) -> Level:
    """The normal posterior over the items that count, with the line each of them adds."""
    weighed: list[tuple[Item, float, float, float, Aside | None]] = []
    for item, share in zip(ledger, shares, strict=True):
        if isinstance(share, Aside):
            weighed.append((item, 0.0, 0.0, 0.0, share))
            continue
        decay = 0.5 ** ((as_of - item.occurred_on).days / half_life)
        weighed.append((item, decay, share, decay * share * _precision(item, settings), None))
    total = fsum([settings.p0, *(precision for *_, precision, _ in weighed)])
    lines = tuple(
        Line(
            item=item,
            decay=decay,
            share=share,
            precision=precision,
            moves=precision * ((item.reading - item.inflation) / item.gain - settings.m0) / total,
            aside=aside,
        )
        for item, decay, share, precision, aside in weighed
    )
    counting = [line.item.counts_as for line in lines if line.aside is None]
    mu = fsum([settings.m0, *(line.moves for line in lines)])
    sigma = 1 / sqrt(total)
    doubt = settings.caution * sigma
    level = min(255, max(1, round(UNITS * (mu - doubt)))) if counting else 0
    return Level(mu, sigma, level, max(counting, default=CLAIMED), lines, doubt, settings.m0)


def with_one_more(
    items: Sequence[Item],
    family: str,
    as_of: date,
    *,
    tier: int,
    reading: float,
    party: str = "someone new",
    settings: Settings = DEFAULTS,
) -> Level:
    """The level after one more item of this tier and reading, dated today and from a party not heard before."""
    extra = Item(1 + max((item.id for item in items), default=0), tier, reading, as_of, party)
    return posterior([*items, extra], family, as_of, settings)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One kind of evidence a person could add, and the level they would have then."""

    tier: int
    reading: float
    after: Level


def most_helpful(
    items: Sequence[Item], family: str, as_of: date, reading: float, settings: Settings = DEFAULTS
) -> tuple[Suggestion, ...]:
    """One more item of each tier T1 to T4 at `reading`, the most helpful first; those that help nothing are left out."""
    before = posterior(items, family, as_of, settings).level
    tried = [
        Suggestion(
            tier, reading, with_one_more(items, family, as_of, tier=tier, reading=reading, settings=settings)
        )
        for tier in (DEMONSTRATED, CREDENTIALED, ENDORSED, SHOWN)
    ]
    return tuple(
        sorted((s for s in tried if s.after.level > before), key=lambda s: s.after.level, reverse=True)
    )


def shows_level(step: int, target: int, described: Mapping[int, float] | None = None) -> float:
    """The level (0-5) that a rubric's step (0-4) of a criterion with a target level (1-5) shows.

    `described` holds what the rubric itself says for some of its steps; step 3 meets the target by default.
    """
    if step not in range(5):
        raise ValueError(f"step {step} is not 0 to 4")
    if target not in range(1, 6):
        raise ValueError(f"target level {target} is not 1 to 5")
    if described is not None and step in described:
        return described[step]
    return float(max(0, min(5, target - 3 + step))) if step else 0.0
