"""What is due, in words: one thing to do, by when, and the page on which it is done."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from market.engagements.rules import ASSESS_WITHIN, SILENCE
from market.home.due import Due, Kind
from market.web import show
from market.words import _, plural

Tag = tuple[str, str, str]  # kind, glyph and words of `ui.status`
SOON = timedelta(days=2)


class Todo(NamedTuple):
    """One thing to do. `by` orders the list, None comes last; `route` and `given` are the page it is done on."""

    title: str
    words: str
    action: str
    route: str
    given: Mapping[str, str]
    by: datetime | None = None
    glyph: str = "clock"
    is_agreed: bool = False  # someone counts on it: a part of agreed work

    def tag(self, now: datetime, zone: str) -> Tag:
        """By when, as a mark: amber when it passed or is near."""
        if self.by is None:
            return ("", self.glyph, _("When you like"))
        if self.by < now:
            return ("warn", "clock", _("Was %(day)s", day=show.day_short(self.by, zone)))
        return ("warn" if self.by - now < SOON else "", self.glyph, self._near(now, zone))

    def _near(self, now: datetime, zone: str) -> str:
        if self.by is None:
            return ""
        days = (self.by.astimezone(ZoneInfo(zone)).date() - now.astimezone(ZoneInfo(zone)).date()).days
        if days == 0:
            return _("Today")
        return _("Tomorrow") if days == 1 else show.day_short(self.by, zone)

    def kicker(self, now: datetime, zone: str) -> str:
        """The same on the board."""
        if self.by is None:
            return _("Your next step")
        if self.by < now:
            return _("Was due %(day)s", day=show.weekday(self.by, zone))
        return _("Due %(day)s", day=show.weekday(self.by, zone))


def end_of(day: date, zone: str) -> datetime:
    """The last minute of a day where the person is."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone))


def in_order(found: list[Todo], zone: str) -> list[Todo]:
    """What passed or is due first comes first; of one day, agreed work before the rest; what has no date comes last."""

    def place(one: Todo) -> tuple[bool, int, bool, float]:
        if one.by is None:
            return (True, 0, False, 0.0)
        day = one.by.astimezone(ZoneInfo(zone)).date().toordinal()
        return (False, day, not one.is_agreed, one.by.timestamp())

    return sorted(found, key=place)


def for_talent(one: Due) -> Todo:
    """A row of `due.for_talent`."""
    here = {"id": one.id}
    if one.kind is Kind.REVIEW:
        words = _("The other side has submitted. Yours opens both.") if one.n else one.title
        return Todo(
            _("Review %(who)s", who=one.who), words, _("Write"), "reviews.write", here, one.at, "lock"
        )
    if one.kind is Kind.ASSESS:
        return Todo(
            _("Judge your own work by the rubric"),
            _("%(title)s, %(who)s. You do not see theirs before yours is in.", title=one.title, who=one.who),
            _("Judge it"),
            "assessments.write",
            here,
            one.at + ASSESS_WITHIN if one.at else None,
            "half",
        )
    if one.kind is Kind.FINISH:
        return _finish(one)
    if one.kind is Kind.CHANGE:
        return Todo(
            _("Answer changed terms"),
            _("%(who)s suggests other terms for %(title)s.", who=one.who, title=one.title),
            _("Read them"),
            "engagements.show",
            here,
            None,
            "letter",
        )
    if one.kind is Kind.CONFIRM:
        words = plural("One payment was declared", "%(n)s payments were declared", one.n)
        return Todo(
            _("Say whether the money came"),
            _("%(words)s for %(title)s, %(who)s.", words=words, title=one.title, who=one.who),
            _("Look"),
            "engagements.pay",
            here,
        )
    if one.kind is Kind.CREDENTIAL:
        return Todo(
            _("Take a credential, or leave it"),
            _("%(who)s has issued you “%(what)s”. You decide who sees it.", who=one.who, what=one.title),
            _("Read it"),
            "credentials.show",
            here,
            None,
            "letter",
        )
    if one.kind is Kind.SOFT:
        words = plural("Of one person", "Of %(n)s people", one.n)
        return Todo(
            _("Say how the others of your group work"),
            _("%(words)s, in %(title)s. Nobody reads what you alone chose.", words=words, title=one.title),
            _("Say it"),
            "apprenticeships.soft_skills",
            here,
            one.at,
            "half",
        )
    return Todo(
        _("%(who)s asks you to apply", who=one.who),
        one.title,
        _("Read it"),
        "opportunities.show",
        here,
        one.at,
        "letter",
    )


def _finish(one: Due) -> Todo:
    """Either side says that the work is over; then both review."""
    return Todo(
        _("Say that the work is finished"),
        _(
            "%(title)s, %(who)s. Every part is settled; both of you review after this.",
            title=one.title,
            who=one.who,
        ),
        _("Open the work"),
        "engagements.show",
        {"id": one.id},
        None,
        "check",
    )


_NAMING = (Kind.NAME_ASSESSOR, Kind.NAME_MENTOR, Kind.NAME_FOR_APPEAL)


def _to_name(one: Due) -> Todo:
    """Somebody waits until another person is named."""
    asked, page = {
        Kind.NAME_ASSESSOR: (
            _("Name who judges %(who)s’s capstone", who=one.who),
            "apprenticeships.capstone",
        ),
        Kind.NAME_MENTOR: (_("Name who mentors %(who)s", who=one.who), "apprenticeships.mentoring"),
        Kind.NAME_FOR_APPEAL: (
            _("Name another assessor for %(who)s’s appeal", who=one.who),
            "apprenticeships.capstone",
        ),
    }[one.kind]
    words = (
        _("%(title)s. Somebody other than who judged it first.", title=one.title)
        if one.kind is Kind.NAME_FOR_APPEAL
        else _("%(title)s. Whoever was named has left, and until then it waits for you.", title=one.title)
    )
    return Todo(asked, words, _("Name them"), page, {"id": one.id}, one.at, "apprentice")


def for_employer(one: Due, now: datetime) -> Todo:
    """A row of `due.for_employer`."""
    here = {"id": one.id}
    if one.kind is Kind.HANDED_IN:
        waited = (now - one.at).days if one.at else 0
        days = plural("%(n)s day", "%(n)s days", waited) if waited else _("since today")
        return Todo(
            _("%(title)s, version %(n)s, was handed in", title=one.title, n=one.n)
            if one.n > 1
            else _("%(title)s was handed in", title=one.title),
            _(
                "%(who)s has waited %(days)s. Unanswered for two weeks, it counts as approved, and as your silence.",
                who=one.who,
                days=days,
            ),
            _("Look"),
            "engagements.milestone",
            {"milestone": one.id},
            one.at + SILENCE if one.at else None,
        )
    if one.kind is Kind.COUNTER:
        return Todo(
            _("%(who)s answered your offer", who=one.who),
            _("%(title)s: other terms are on the table.", title=one.title),
            _("Answer"),
            "offers.show",
            here,
            one.at,
            "letter",
        )
    if one.kind is Kind.REVIEW:
        words = _("The other side has submitted.") if one.n else one.title
        return Todo(
            _("Review %(who)s", who=one.who), words, _("Write"), "reviews.write", here, one.at, "lock"
        )
    if one.kind is Kind.ASSESS:
        return Todo(
            _("Judge %(who)s’s work by the rubric", who=one.who),
            _("%(title)s. What you sign becomes their strongest evidence.", title=one.title),
            _("Judge it"),
            "assessments.write",
            here,
            one.at + ASSESS_WITHIN if one.at else None,
            "half",
        )
    if one.kind in _NAMING:
        return _to_name(one)
    if one.kind is Kind.ANSWER_APPEAL:
        return Todo(
            _("Judge %(who)s’s capstone anew", who=one.who),
            _("%(title)s. They appealed, and what you say counts.", title=one.title),
            _("Judge it"),
            "apprenticeships.capstone",
            here,
            one.at,
            "half",
        )
    if one.kind is Kind.SIGN_ASSESSMENT:
        return Todo(
            _("Sign the assessment of %(who)s", who=one.who),
            _("%(title)s. Compare, write why, and sign: unsigned it counts for nothing.", title=one.title),
            _("Compare"),
            "assessments.compare",
            here,
            one.at + ASSESS_WITHIN if one.at else None,
            "half",
        )
    if one.kind is Kind.FINISH:
        return _finish(one)
    if one.kind is Kind.CHANGE:
        return Todo(
            _("Answer changed terms"),
            _("%(who)s suggests other terms for %(title)s.", who=one.who, title=one.title),
            _("Read them"),
            "engagements.show",
            here,
            None,
            "letter",
        )
    if one.kind is Kind.PAY:
        words = plural("One part is accepted and not paid", "%(n)s parts are accepted and not paid", one.n)
        return Todo(
            _("Record what you paid %(who)s", who=one.who),
            _("%(title)s. %(words)s, as far as we know.", title=one.title, words=words),
            _("Record it"),
            "engagements.pay",
            here,
        )
    if one.kind is Kind.SOFT:
        return Todo(
            _("Say how %(who)s works with others", who=one.who),
            _(
                "%(title)s. Five questions with described steps, sealed until the time is over.",
                title=one.title,
            ),
            _("Say it"),
            "apprenticeships.soft_skills",
            here,
            one.at,
            "half",
        )
    return Todo(
        _("Say what the trial led to"),
        _(
            "%(title)s, with %(who)s. Hired, continued, or neither: it stands in public.",
            title=one.title,
            who=one.who,
        ),
        _("Say it"),
        "engagements.show",
        here,
    )
