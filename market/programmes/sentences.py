"""A programme in the words of its pages: its states, its phases, its people, what it pays."""

from typing import NamedTuple

from babel import Locale

from market.programmes.browsing import Card
from market.programmes.checks import Check, State
from market.programmes.descriptor import mode_words
from market.programmes.drafts import Draft, Item
from market.programmes.rules import (
    Captions,
    Function,
    Identification,
    Mode,
    Phase,
    ResourceKind,
    Status,
    Supervision,
)
from market.web import show
from market.words import _, language, plural

ORDER = ("about", "outcomes", "learning", "tasks", "mentorship", "capstone", "rubric", "evidence", "check")


class Tag(NamedTuple):
    """A state as `ui.status` takes it."""

    kind: str
    glyph: str
    words: str


def steps() -> list[tuple[str, str]]:
    """The pages on which a programme is written."""
    return [
        ("about", _("About")),
        ("outcomes", _("Outcomes")),
        ("learning", _("1. Learning")),
        ("tasks", _("2. Tasks")),
        ("mentorship", _("3. Mentorship")),
        ("capstone", _("4. Capstone")),
        ("rubric", _("Its rubric")),
        ("evidence", _("5. Evidence")),
        ("check", _("Read it through")),
    ]


def following(name: str) -> str:
    """The page after this one."""
    return ORDER[min(len(ORDER) - 1, ORDER.index(name) + 1)]


def onward(name: str) -> str:
    """What the button that leads on says."""
    words = dict(steps())[following(name)].lower()
    return _("Go on to %(page)s", page=words.split(". ")[-1])


def state(status: Status) -> Tag:
    return {
        Status.DRAFT: Tag("", "dash", _("Draft")),
        Status.PUBLISHED: Tag("ok", "check", _("Published")),
        Status.RETIRED: Tag("", "lock", _("Retired")),
    }[status]


def kinds() -> list[tuple[str, str]]:
    """What there is to learn from."""
    return [(kind.value, kind_words(kind)) for kind in ResourceKind]


def kind_words(kind: ResourceKind) -> str:
    return {
        ResourceKind.READING: _("Something to read"),
        ResourceKind.VIDEO: _("A video"),
        ResourceKind.AUDIO: _("Something to listen to"),
        ResourceKind.COURSE: _("A course"),
        ResourceKind.WORKSHOP: _("A workshop"),
        ResourceKind.PRACTICE: _("Guided practice"),
    }[kind]


def captions() -> list[tuple[str, str]]:
    return [
        (Captions.NOT_NEEDED.value, _("Nothing is heard")),
        (Captions.YES.value, _("Yes, or a transcript")),
        (Captions.NO.value, _("No")),
    ]


def modes() -> list[tuple[str, str]]:
    return [(mode.value, mode_words(mode)) for mode in Mode]


def supervisions() -> list[tuple[str, str]]:
    return [
        (Supervision.NONE.value, _("Nobody watches over it")),
        (Supervision.IN_PERSON.value, _("In person")),
        (Supervision.REMOTE.value, _("On screen")),
    ]


def identifications() -> list[tuple[str, str]]:
    return [
        (Identification.ACCOUNT.value, _("By a confirmed e-mail address or their own key")),
        (Identification.DOCUMENT.value, _("By a document that we look at and do not keep")),
    ]


def eqf_levels() -> list[tuple[str, str]]:
    """The European Qualifications Framework in a line each."""
    told = [
        _("simple tasks, with someone beside you"),
        _("usual tasks, with guidance"),
        _("a field of work, on your own responsibility"),
        _("a broad field, in contexts that change"),
        _("managing work that is hard to foresee"),
        _("mastering a field, leading projects"),
        _("specialised, new answers"),
        _("at the frontier of the field"),
    ]
    return [("0", _("Choose a level")), *((str(n), f"{n}: {words}") for n, words in enumerate(told, start=1))]


def passed(checks: list[Check]) -> str:
    """How many checks are there, as a sentence."""
    counted = [check for check in checks if check.state is not State.NOT_NEEDED]
    n = len([check for check in counted if check.state is State.OK])
    if n == len(counted):
        return _("All %(all)s are there.", all=len(counted))
    return _("%(n)s of %(all)s are there.", n=n, all=len(counted))


def hours(n: int) -> str:
    return plural("%(n)s hour", "%(n)s hours", n)


def weeks(n: int) -> str:
    return plural("%(n)s week", "%(n)s weeks", n)


def hours_and_weeks(n: int, weeks_: int) -> str:
    return _("%(hours)s over %(weeks)s.", hours=hours(n), weeks=weeks(weeks_))


def pay_words(draft: Draft) -> str:
    """What stands under the amount."""
    n = draft.productive_hours
    if not draft.pay_minor:
        return _("No pay: nothing in it is work that the organisation uses.")
    if not n:
        return _("in all, while learning.")
    each = show.money(draft.pay_minor // n, draft.currency)
    return _("at least, for %(n)s hours of work. That is %(each)s an hour.", n=n, each=each)


def start_words(card: Card) -> str:
    """When one can begin, on a card of the list."""
    if not card.open_rounds:
        return _("No round is open")
    if card.rolling or card.next_start is None:
        return _("At any time")
    return show.day(card.next_start)


def facts(draft: Draft) -> list[tuple[str, str]]:
    """What decides, beside what stands in the descriptor."""
    where = mode_words(draft.mode)
    found = [
        (_("Work"), hours_and_weeks(draft.workload_hours, draft.weeks).rstrip(".")),
        (_("Where"), f"{where}, {draft.place}" if draft.place and draft.mode is not Mode.REMOTE else where),
        (_("Language"), language_words(draft.language)),
        (_("You need"), draft.access_needs or _("Nothing in particular was named")),
    ]
    if draft.ip_note:
        found.append((_("Who owns it"), draft.ip_note))
    return found


def language_words(code: str) -> str:
    """A language by its name, in the reader's language."""
    said: str = Locale.parse(language().replace("-", "_")).languages.get(code, code)
    return said[:1].upper() + said[1:]


def cost_words(draft: Draft) -> str:
    if draft.is_free:
        return _("Nothing to pay.")
    return _("Costs you %(cost)s.", cost=show.money(draft.learner_cost_minor, draft.currency))


class PhaseCard(NamedTuple):
    """One phase as the picture of five shows it."""

    phase: Phase
    when: str
    title: str
    words: str


def phases(draft: Draft) -> list[PhaseCard]:
    """The five, each with when it is and what it holds."""
    last_day = max([item.day for item in draft.resources] or [1])
    first, last = (min([t.week for t in draft.tasks] or [1]), max([t.week for t in draft.tasks] or [1]))
    begins = 1 if not draft.tasks else max(1, first - 1)
    mentors = ", ".join(
        f"{one.name}, {one.words}" if one.words else one.name for one in draft.named(Function.MENTOR)
    )
    capstone = draft.capstone_title.rstrip(".")
    assessor = ", ".join(
        one.name for one in (*draft.named(Function.ASSESSOR), *draft.named(Function.SECOND_ASSESSOR))
    )
    return [
        PhaseCard(
            Phase.LEARNING,
            _when(1, -(-last_day // 7), hours(draft.learning_hours)),
            _("1. Learning"),
            ". ".join(one.title.rstrip(".") for one in draft.resources[:3])
            + ("." if draft.resources else ""),
        ),
        PhaseCard(
            Phase.TASKS,
            _when(begins, last, hours(draft.task_hours)),
            _("2. Tasks"),
            " ".join(task.title.rstrip(".") + "." for task in draft.tasks),
        ),
        PhaseCard(
            Phase.MENTORSHIP,
            _when(
                1,
                draft.weeks,
                plural("at least %(n)s session", "at least %(n)s sessions", draft.sessions_least),
            ),
            _("3. Mentorship"),
            (f"{mentors}. " if mentors else "") + draft.mentoring,
        ),
        PhaseCard(
            Phase.CAPSTONE,
            _when(draft.weeks, draft.weeks, hours(draft.capstone_hours)),
            _("4. Capstone"),
            (f"{capstone}. " if capstone else "")
            + (
                _("Judged by the rubric by %(who)s.", who=assessor)
                if assessor
                else _("Judged by the rubric.")
            ),
        ),
        PhaseCard(
            Phase.EVIDENCE,
            _when(draft.weeks, draft.weeks, hours(draft.evidence_hours)),
            _("5. Evidence"),
            _("A signed credential, and an entry on your profile that anyone can open."),
        ),
    ]


def _when(first: int, last: int, what: str) -> str:
    if first >= last:
        return _("Week %(n)s, %(what)s", n=last, what=what)
    return _("Weeks %(first)s to %(last)s, %(what)s", first=first, last=last, what=what)


def completes(draft: Draft) -> str:
    """When it is completed, and what stays if it is not."""
    return plural(
        "It completes only when %(n)s session was held and the capstone was passed.",
        "It completes only when %(n)s sessions were held and the capstone was passed.",
        draft.sessions_least,
    )


def item_note(item: Item, currency: str) -> str:
    """The particulars of something to learn from, in one line."""
    pieces = [
        kind_words(item.kind),
        plural("%(n)s minute", "%(n)s minutes", item.minutes),
        _("day %(n)s", n=item.day) + (_(" at %(time)s", time=item.at_time) if item.at_time else ""),
        item.place,
        {Captions.YES: _("with captions"), Captions.NO: _("without captions")}.get(item.captions, ""),
        _("costs %(cost)s", cost=show.money(item.cost_minor, currency)) if item.cost_minor else "",
        "" if item.mandatory else _("as you like"),
    ]
    return ", ".join(piece for piece in pieces if piece)
