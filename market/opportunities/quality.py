"""Posting quality: the same list of checks for every posting, shown to its writer and to everyone who reads it. Pure.

`quality` is the list that is published; `lacking` is what a posting needs beside it before it can go out (a deadline,
a place, the rules of its kind). What is `required` and open keeps a posting from going out.
"""

from datetime import datetime, timedelta

from market.opportunities.drafts import Draft, Programmed
from market.opportunities.rules import Kind, Mode, PayBasis
from market.programmes.checks import Check, Floor, State, money
from market.rubrics import plain
from market.words import _, plural

MOST_SKILLS = 8
MOST_QUESTIONS = 3
PLAIN_AGE = 14  # a reading age up to this counts as plain
MOST_HOURS = {Kind.GIG: 80, Kind.TRIAL: 40, Kind.MICRO_APPRENTICESHIP: 400}
FURTHEST_DEADLINE = timedelta(days=180)


def quality(draft: Draft, floor: Floor) -> list[Check]:
    """Eight checks in a fixed order."""
    found = [
        _deliverables(draft),
        _acceptance(draft),
        _rubric(draft),
        _hours(draft),
        _pay(draft, floor),
        _skills(draft),
        _plain(draft),
        _mentor(draft),
    ]
    return [_of_round(check) for check in found] if draft.programme is not None else found


def _of_round(check: Check) -> Check:
    """A round of a programme is written on one page."""
    return check._replace(section="round")


def _check(key: str, good: bool, yes: str, otherwise: str, section: str, field: str = "") -> Check:
    return Check(key, State.OK if good else State.OPEN, yes if good else otherwise, section, field)


def _deliverables(draft: Draft) -> Check:
    return _check(
        "deliverables",
        any(part.title.strip() for part in draft.parts),
        _("Deliverables are listed"),
        _("Nothing to hand in is listed yet"),
        "parts",
        "parts-0-title",
    )


def _acceptance(draft: Draft) -> Check:
    empty = [n for n, part in enumerate(draft.parts) if plain.says_nothing(part.accepted_when)]
    if not draft.parts:
        words = _("No acceptance criterion yet")
    elif empty:
        words = _("Part %(n)s has no test that can be checked", n=empty[0] + 1)
    else:
        words = ""
    return _check(
        "acceptance",
        bool(draft.parts) and not empty,
        _("Each has an acceptance criterion"),
        words,
        "parts",
        f"parts-{empty[0] if empty else 0}-accepted_when",
    )


def _rubric(draft: Draft) -> Check:
    if not draft.rubric_attached:
        otherwise = _("Rubric not attached yet")
    elif draft.rubric_problem:
        otherwise = _("The rubric is not complete: %(what)s", what=draft.rubric_problem)
    else:
        otherwise = _("The rubric judges a skill that is not asked for")
    asked = {need.skill_id for need in draft.needs}
    fits = (
        draft.programme is not None or set(draft.rubric_skills) <= asked
    )  # a programme judges what it teaches
    good = draft.rubric_attached and not draft.rubric_problem and fits
    return _check("rubric", good, _("Rubric attached"), otherwise, "rubric", "criteria")


def _hours(draft: Draft) -> Check:
    most = MOST_HOURS[draft.kind]
    if draft.hours > most:
        otherwise = (
            _("%(n)s hours: a trial project takes at most %(most)s", n=draft.hours, most=most)
            if draft.kind is Kind.TRIAL
            else _("%(n)s hours: a micro-apprenticeship takes at most %(most)s", n=draft.hours, most=most)
            if draft.kind is Kind.MICRO_APPRENTICESHIP
            else _("%(n)s hours: a gig takes at most %(most)s", n=draft.hours, most=most)
        )
    else:
        otherwise = _("Hours are not stated")
    return _check(
        "hours",
        1 <= draft.hours <= most,
        _("Hours stated: %(n)s", n=draft.hours),
        otherwise,
        "pay",
        "hours",
    )


def _pay(draft: Draft, floor: Floor) -> Check:
    if draft.programme is not None:
        return _pay_of_round(draft, draft.programme, floor)
    least, hourly = money(floor.minor, floor.currency), money(draft.hourly_minor, draft.currency)
    if draft.currency != floor.currency:
        otherwise = _(
            "Pay is in %(one)s, and the floor is in %(other)s", one=draft.currency, other=floor.currency
        )
    elif draft.pay_minor <= 0 and draft.kind is Kind.TRIAL:
        otherwise = _("A trial project is real work, so it is paid: at least %(floor)s an hour", floor=least)
    elif draft.pay_minor <= 0:
        otherwise = _("Pay is not stated, and a gig is paid")
    else:
        otherwise = _(
            "Pay comes to %(hourly)s an hour, below the floor of %(floor)s", hourly=hourly, floor=least
        )
    enough = (
        draft.pay_minor > 0
        and draft.currency == floor.currency
        and draft.pay_total_minor - draft.learner_cost_minor >= floor.minor * max(1, draft.hours)
    )
    return _check(
        "pay",
        enough,
        _("Pay %(hourly)s an hour, at or above the floor of %(floor)s", hourly=hourly, floor=least),
        otherwise,
        "pay",
        "pay",
    )


def _pay_of_round(draft: Draft, programme: Programmed, floor: Floor) -> Check:
    """Hours of work that the organisation uses are paid; hours of learning may be."""
    hours = programme.productive_hours
    if not hours and not programme.pay_minor:
        words = _("No pay: nothing in it is work that the organisation uses")
        return Check("pay", State.NOT_NEEDED, words, "pay", "pay", False)
    paid = draft.pay_total_minor - draft.learner_cost_minor
    good = (
        draft.currency == floor.currency
        and paid >= floor.minor * hours
        and draft.pay_total_minor >= programme.pay_minor
    )
    return _check(
        "pay",
        good,
        _(
            "Pay %(pay)s for %(n)s hours of work, at or above the floor of %(floor)s an hour",
            pay=money(draft.pay_total_minor, draft.currency),
            n=hours,
            floor=money(floor.minor, floor.currency),
        ),
        _(
            "Pay is below what the programme says, %(pay)s, or below the floor for %(n)s hours of work",
            pay=money(programme.pay_minor, draft.currency),
            n=hours,
        ),
        "pay",
        "pay",
    )


def _skills(draft: Draft) -> Check:
    if draft.programme is not None and not draft.programme.asks:
        return Check("skills", State.OK, _("Nothing to come with"), "skills")
    n = len(draft.needs)
    good = 1 <= n <= MOST_SKILLS and all(1 <= need.level <= 5 for need in draft.needs)
    if n > MOST_SKILLS:
        otherwise = _("%(n)s skills are too many to judge: keep %(most)s", n=n, most=MOST_SKILLS)
    else:
        otherwise = _("No skill is asked for yet")
    words = plural("%(n)s skill, with a level", "%(n)s skills, each with a level", n)
    return _check("skills", good, words, otherwise, "skills", "needs-0-skill")


def _plain(draft: Draft) -> Check:
    if not draft.language.startswith("en"):
        return Check(
            "plain",
            State.NOT_NEEDED,
            _("Plain language is measured in English only"),
            "work",
            "summary",
            False,
        )
    age = plain.reading_age(text_of(draft))
    if age is None:
        return Check(
            "plain", State.OPEN, _("Too little is written to say if it is plain"), "work", "summary", False
        )
    good = age <= PLAIN_AGE
    words = (
        _("Plain language: reading age %(age)s", age=age)
        if good
        else _("Long words and sentences: reading age %(age)s, try for %(plain)s", age=age, plain=PLAIN_AGE)
    )
    return Check("plain", State.OK if good else State.OPEN, words, "work", "summary", False)


def _mentor(draft: Draft) -> Check:
    if draft.programme is not None:
        mentors = draft.programme.mentors
        return _check(
            "mentor",
            bool(mentors),
            _("Mentor named: %(names)s", names=", ".join(mentors)),
            _("The mentors of the programme have left. Publish a version with another"),
            "work",
        )
    words = (
        _("No mentor needed for a trial project")
        if draft.kind is Kind.TRIAL
        else _("No mentor needed for a gig")
    )
    return Check("mentor", State.NOT_NEEDED, words, "work", "", False)


def text_of(draft: Draft) -> str:
    """All that a reader reads, a sentence end after each piece."""
    pieces = [draft.summary, *draft.questions]
    for part in draft.parts:
        pieces += [part.text, part.accepted_when]
    return "\n".join(piece for piece in pieces if piece.strip())


def lacking(draft: Draft, now: datetime) -> list[Check]:
    """What else keeps this posting from going out at `now`; only what is open."""
    found: list[Check] = []

    def need(good: bool, key: str, words: str, section: str, field: str = "") -> None:
        if not good:
            found.append(Check(key, State.OPEN, words, section, field or key))

    need(bool(draft.title.strip()), "title", _("It has no title yet"), "work")
    need(bool(draft.summary.strip()), "summary", _("It says nothing yet about what the work is"), "work")
    need(
        draft.kind is not Kind.MICRO_APPRENTICESHIP
        or (draft.programme is not None and draft.programme.is_published),
        "kind",
        _("A micro-apprenticeship is posted from its programme")
        if draft.programme is None
        else _("Its programme is retired"),
        "work",
    )
    need(
        draft.mode is Mode.REMOTE or bool(draft.place.strip()),
        "place",
        _("Say where the part that is not remote takes place"),
        "pay",
    )
    if draft.deadline_at is None:
        need(False, "deadline", _("Say until when people can apply"), "pay", "deadline_on")
    else:
        need(
            now < draft.deadline_at <= now + FURTHEST_DEADLINE,
            "deadline",
            _("The last day to apply has passed")
            if draft.deadline_at <= now
            else _("The last day to apply is more than 180 days away"),
            "pay",
            "deadline_on",
        )
    need(draft.starts_on is not None, "starts_on", _("Say when the work can start"), "pay")
    if draft.starts_on is not None:
        need(
            draft.starts_by is None or draft.starts_by >= draft.starts_on,
            "starts_by",
            _("The latest start comes before the earliest"),
            "pay",
        )
        need(draft.starts_on >= now.date(), "starts_on", _("The start has passed"), "pay")
    if draft.kind is Kind.TRIAL:
        need(
            draft.invited_count >= max(1, draft.seats),
            "invited_count",
            _("Say how many people you plan to invite to this trial: everyone who reads it sees the number"),
            "pay",
        )
    need(
        not draft.proposed_skill,
        "needs",
        _("“%(skill)s” is a proposal still: a moderator reads it first", skill=draft.proposed_skill),
        "skills",
    )
    need(
        len(draft.questions) <= MOST_QUESTIONS,
        "questions",
        _("At most three questions to applicants"),
        "skills",
    )
    need(
        not (
            draft.learner_cost_minor > 0
            and draft.pay_basis is PayBasis.FIXED
            and draft.learner_cost_minor >= draft.pay_minor > 0
        ),
        "learner_cost",
        _("Taking part costs the person more than the work pays"),
        "pay",
    )
    return [_of_round(check) for check in found] if draft.programme is not None else found
