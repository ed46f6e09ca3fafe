"""Words for what runs: phases, sessions, the questions of the pulse."""

from market.apprenticeships.following_rules import Count, FollowUpSide
from market.apprenticeships.rules import PulseSide, SessionStatus
from market.apprenticeships.timeline import State
from market.engagements.rules import TrialOutcome
from market.programmes.rules import Phase
from market.words import _, plural


def phase(one: Phase | str) -> str:
    return {
        Phase.LEARNING: _("Learning"),
        Phase.TASKS: _("Tasks"),
        Phase.MENTORSHIP: _("Mentoring"),
        Phase.CAPSTONE: _("Capstone"),
        Phase.EVIDENCE: _("Evidence"),
    }[Phase(one)]


def session(status: SessionStatus) -> tuple[str, str, str]:
    """Kind, glyph and words of a session's state."""
    return {
        SessionStatus.PLANNED: ("", "clock", _("Planned")),
        SessionStatus.LOGGED: ("warn", "half", _("Waits for the other side")),
        SessionStatus.HELD: ("ok", "check", _("Held, both say so")),
        SessionStatus.MISSED: ("", "cross", _("Did not happen")),
        SessionStatus.MOVED: ("", "arrow", _("Moved")),
        SessionStatus.DENIED: ("warn", "warn", _("The other side says otherwise")),
    }[status]


def state(one: State) -> tuple[str, str, str]:
    """Kind, glyph and words of an entry of the plan."""
    return {
        State.OVERDUE: ("warn", "clock", _("Overdue")),
        State.NOW: ("", "half", _("Now")),
        State.NEXT: ("", "clock", _("Next")),
        State.DONE: ("ok", "check", _("Done")),
        State.GONE: ("", "cross", _("Left out")),
    }[one]


def questions(side: PulseSide) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
    """The two questions of a week, each with what 1 to 5 mean."""
    if side is PulseSide.TALENT:
        return (
            (
                _("How did this week go?"),
                (_("Badly"), _("Rather badly"), _("So so"), _("Rather well"), _("Well")),
            ),
            (
                _("Did you get the help you needed?"),
                (_("None"), _("Too little"), _("Some"), _("Nearly all"), _("All of it")),
            ),
        )
    return (
        (
            _("How did they get on this week?"),
            (_("Badly"), _("Rather badly"), _("So so"), _("Rather well"), _("Well")),
        ),
        (
            _("Had you the time for them that was promised?"),
            (_("None"), _("Too little"), _("Some"), _("Nearly all"), _("All of it")),
        ),
    )


def hours(minutes: int) -> str:
    """90 is "1.5 hours", 60 is "1 hour"."""
    if minutes == 60:
        return _("1 hour")
    return _("%(n)s hours", n=f"{minutes / 60:.1f}".rstrip("0").rstrip("."))


def outcome(one: TrialOutcome | str, *, to_talent: bool) -> str:
    """What a programme led to, as an answer to choose and as it is shown."""
    said = {
        TrialOutcome.HIRED: _("They hired me") if to_talent else _("We hired them"),
        TrialOutcome.CONTINUED: _("We go on working together"),
        TrialOutcome.NOT_CONTINUED: _("It was not continued"),
    }
    return said[TrialOutcome(one)]


def led_to(one: Count) -> str:
    """One count in words: of how many who answered, what they said."""
    who = (
        plural("one learner who answered", "%(n)s learners who answered", one.answered)
        if one.side is FollowUpSide.TALENT
        else plural("one answer of the organisation", "%(n)s answers of the organisation", one.answered)
    )
    said = ", ".join(
        words
        for outcome_, words in (
            (TrialOutcome.HIRED, _("%(n)s hired", n=one.said.get(TrialOutcome.HIRED, 0))),
            (
                TrialOutcome.CONTINUED,
                _("%(n)s go on working together", n=one.said.get(TrialOutcome.CONTINUED, 0)),
            ),
            (
                TrialOutcome.NOT_CONTINUED,
                _("%(n)s not continued", n=one.said.get(TrialOutcome.NOT_CONTINUED, 0)),
            ),
        )
        if one.said.get(outcome_)
    )
    return _("Of %(who)s, %(asked)s asked: %(said)s.", who=who, asked=one.asked, said=said)
