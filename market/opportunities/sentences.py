"""A posting in the words of its pages: its kind, its state, what it pays, when, where, and what one needs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale

from market.opportunities.browsing import Card
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind, Mode, PayBasis, Status
from market.programmes.checks import Check, State
from market.web import show
from market.words import _, language, plural

LANGUAGES = (
    "en",
    "cy",
    "ar",
    "bn",
    "de",
    "es",
    "fr",
    "it",
    "nl",
    "pa",
    "pl",
    "pt",
    "ro",
    "so",
    "sv",
    "tr",
    "uk",
    "ur",
)


class Tag(NamedTuple):
    """A state as `ui.status` takes it."""

    kind: str
    glyph: str
    words: str


def kind_words(kind: Kind) -> str:
    return {
        Kind.GIG: _("Gig"),
        Kind.TRIAL: _("Trial project"),
        Kind.MICRO_APPRENTICESHIP: _("Micro-apprenticeship"),
    }[kind]


def kinds_words(kind: Kind) -> str:
    return {
        Kind.GIG: _("Gigs"),
        Kind.TRIAL: _("Trial projects"),
        Kind.MICRO_APPRENTICESHIP: _("Micro-apprenticeships"),
    }[kind]


def kind_glyph(kind: Kind) -> str:
    return {Kind.GIG: "gig", Kind.TRIAL: "trial", Kind.MICRO_APPRENTICESHIP: "apprentice"}[kind]


def mode_words(mode: Mode) -> str:
    return {
        Mode.REMOTE: _("Remote"),
        Mode.HYBRID: _("Part on site, part remote"),
        Mode.ON_SITE: _("On site"),
    }[mode]


def language_words(code: str) -> str:
    """A language by its name, in the reader's language."""
    said: str = Locale.parse(language().replace("-", "_")).languages.get(code, code)
    return said[:1].upper() + said[1:]


def state(o: Opportunity) -> Tag:
    """The state as readers see it: what it means for someone who thinks of applying."""
    if o.status == Status.PUBLISHED:
        if o.deadline_at is None:
            return Tag("ok", "check", _("Open"))
        return Tag("ok", "check", _("Open until %(day)s", day=show.day(o.deadline_at, o.time_zone)))
    return {
        Status.DRAFT: Tag("", "dash", _("Draft")),
        Status.IN_REVIEW: Tag("", "clock", _("Read by a moderator")),
        Status.PAUSED: Tag("warn", "half", _("Paused")),
        Status.CLOSED: Tag("", "lock", _("Closed for applications")),
        Status.FILLED: Tag("", "check", _("Filled")),
        Status.COMPLETED: Tag("", "check", _("Completed")),
        Status.UNFILLED: Tag("", "dash", _("Ended unfilled")),
        Status.CANCELLED: Tag("bad", "cross", _("Cancelled")),
        Status.EXPIRED: Tag("warn", "clock", _("Expired")),
    }[o.status]


def state_in_list(status: Status) -> Tag:
    """The state as its writers see it in a list."""
    if status == Status.PUBLISHED:
        return Tag("ok", "check", _("Published"))
    return state(Opportunity(org_id=0, author_id=0, kind=Kind.GIG, status=status))


def pay_words(o: Opportunity | Card) -> str:
    """`£288, £16 an hour`: what stands on a card."""
    if o.pay_basis == PayBasis.HOURLY:
        return _("%(pay)s an hour", pay=show.money(o.pay_minor, o.currency))
    if o.kind == Kind.MICRO_APPRENTICESHIP:
        return show.money(o.pay_minor, o.currency) if o.pay_minor else _("None")
    hourly = show.money(o.pay_minor // max(1, o.hours), o.currency)
    return _("%(pay)s, %(hourly)s an hour", pay=show.money(o.pay_minor, o.currency), hourly=hourly)


def pay_note(o: Opportunity) -> str:
    """What stands under the amount."""
    hours = plural("%(n)s hour", "%(n)s hours", o.hours)
    if o.pay_basis == PayBasis.HOURLY:
        total = show.money(o.pay_minor * o.hours, o.currency)
        return _("an hour, for about %(hours)s. That is %(total)s in all.", hours=hours, total=total)
    if o.kind == Kind.MICRO_APPRENTICESHIP:
        return _("for the whole programme of %(hours)s, learning included.", hours=hours)
    hourly = show.money(o.pay_minor // max(1, o.hours), o.currency)
    return _("fixed, for about %(hours)s. That is %(hourly)s an hour.", hours=hours, hourly=hourly)


def work_words(o: Opportunity | Card) -> str:
    hours = plural("%(n)s hour", "%(n)s hours", o.hours)
    if o.weeks <= 1:
        return hours
    return _("%(hours)s over %(weeks)s weeks", hours=hours, weeks=o.weeks)


def start_words(o: Opportunity | Card, *, short: bool = False) -> str:
    as_day = show.day_short if short else show.day
    if o.starts_on is None:
        return _("To be agreed")
    if short or o.starts_by is None or o.starts_by == o.starts_on:
        return (
            _("from %(day)s", day=as_day(o.starts_on))
            if o.starts_by != o.starts_on or short
            else as_day(o.starts_on)
        )
    return _("%(first)s to %(last)s", first=as_day(o.starts_on), last=as_day(o.starts_by))


def where_words(o: Opportunity | Card) -> str:
    words = mode_words(Mode(o.mode))
    return f"{words}, {o.place}" if o.place and o.mode != Mode.REMOTE else words


def answer_words(o: Opportunity) -> tuple[str, str]:
    """By when the employer promises to answer, and how that is counted."""
    days = plural("%(n)s day", "%(n)s days", o.answer_days)
    if o.deadline_at is None:
        return _("Within %(days)s", days=days), _("of applying, promised")
    by = show.day(o.deadline_at + timedelta(days=o.answer_days), o.time_zone)
    return _("By %(day)s", day=by), _("%(days)s after the deadline, promised", days=days)


Fact = tuple[str, str] | tuple[str, str, str]


def facts(o: Opportunity) -> list[Fact]:
    """What decides, as term, fact and note."""
    found: list[Fact] = [(_("Start"), start_words(o), work_words(o))]
    overlap = (
        _("%(n)s hours a day together, %(zone)s time", n=o.overlap_hours, zone=o.time_zone)
        if o.overlap_hours
        else ""
    )
    found.append((_("Where"), where_words(o), overlap))
    found.append((_("Language"), language_words(o.language)))
    found.append((_("You need"), o.access_needs or _("Nothing in particular was named")))
    if o.learner_cost_minor:
        found.append(
            (
                _("Costs you"),
                show.money(o.learner_cost_minor, o.currency),
                _("taken off when pay is compared with the floor"),
            )
        )
    applied = (
        plural("%(n)s person has applied", "%(n)s people have applied", o.applicants_count)
        if o.applicants_count
        else _("nobody has applied yet")
    )
    left = o.seats - o.seats_taken
    places = str(o.seats) if left == o.seats else _("%(left)s of %(all)s free", left=left, all=o.seats)
    found.append((_("Places"), places, applied))
    if o.kind == Kind.TRIAL:
        found.append(
            (
                _("To be invited"),
                plural("%(n)s person", "%(n)s people", o.invited_count),
                _("to this trial; each one is paid"),
            )
        )
    found.append((_("Answer"), *answer_words(o)))
    return found


def passed(checks: Sequence[Check]) -> str:
    """How many checks of the published list are there, as a sentence."""
    counted = [check for check in checks if check.state is not State.NOT_NEEDED]
    n = len([check for check in counted if check.state is State.OK])
    if n == len(counted):
        return _("All %(all)s are there.", all=len(counted))
    return _("%(n)s of %(all)s are there.", n=n, all=len(counted))


def last_day(o: Opportunity) -> str:
    """The last day to apply where the posting is, for a date field."""
    if o.deadline_at is None:
        return ""
    return o.deadline_at.astimezone(ZoneInfo(o.time_zone)).date().isoformat()
