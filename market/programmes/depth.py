"""The depth safeguards: whether a programme can hold what it promises, and whether work in it is paid. Pure.

Each is a refusal with its reason: too much work for its weeks, too little for its outcomes, an outcome that nobody
practises or nobody judges, productive work without pay, a cost that the descriptor keeps quiet about.
"""

from market.programmes import rules
from market.programmes.checks import Check, Floor, State, check, money
from market.programmes.drafts import Draft
from market.words import _, plural


def safeguards(draft: Draft, floor: Floor) -> list[Check]:
    """Seven checks in a fixed order."""
    return [
        _load(draft),
        _depth(draft),
        _practised(draft),
        _assessed(draft),
        _pay(draft, floor),
        _cost(draft),
        _sessions(draft),
    ]


def _load(draft: Draft) -> Check:
    hours, weeks = draft.workload_hours, max(1, draft.weeks)
    most = rules.MOST_HOURS_A_WEEK * weeks
    if hours > rules.MOST_HOURS:
        otherwise = _(
            "%(n)s hours are more than a programme takes: keep %(most)s", n=hours, most=rules.MOST_HOURS
        )
    else:
        otherwise = plural(
            "%(hours)s hours in %(n)s week: nobody does more than %(most)s hours a week",
            "%(hours)s hours in %(n)s weeks: nobody does more than %(most)s hours a week",
            weeks,
            hours=hours,
            most=rules.MOST_HOURS_A_WEEK,
        )
    words = _("%(hours)s hours fit into its weeks: %(each)s a week", hours=hours, each=-(-hours // weeks))
    return check("load", hours <= most and hours <= rules.MOST_HOURS, words, otherwise, "about", "weeks")


def _depth(draft: Draft) -> Check:
    n, hours = len(draft.outcomes), draft.workload_hours
    least, most = rules.LEAST_HOURS_EACH * max(1, n), rules.MOST_HOURS_EACH * max(1, n)
    if not n:
        return Check(
            "depth", State.OPEN, _("No outcome to measure the hours against"), "outcomes", "outcomes-0-text"
        )
    if hours < least:
        otherwise = plural(
            "%(hours)s hours teach %(n)s outcome only in name: give it at least %(least)s",
            "%(hours)s hours teach %(n)s outcomes only in name: give them at least %(least)s",
            n,
            hours=hours,
            least=least,
        )
    else:
        otherwise = plural(
            "%(hours)s hours for %(n)s outcome: name what else is learnt, or ask for less work",
            "%(hours)s hours for %(n)s outcomes: name what else is learnt, or ask for less work",
            n,
            hours=hours,
        )
    words = plural(
        "%(hours)s hours are enough for %(n)s outcome",
        "%(hours)s hours are enough for %(n)s outcomes",
        n,
        hours=hours,
    )
    return check("depth", least <= hours <= most, words, otherwise, "tasks", "tasks-0-hours")


def _practised(draft: Draft) -> Check:
    done = {place for task in draft.tasks for place in task.outcomes}
    left = [n for n in range(len(draft.outcomes)) if n not in done]
    otherwise = (
        _("No task practises outcome %(n)s, “%(text)s”", n=left[0] + 1, text=draft.outcomes[left[0]].text)
        if left
        else _("No outcome is practised yet")
    )
    good = bool(draft.outcomes) and not left
    return check(
        "practised", good, _("Each outcome is practised in a task"), otherwise, "tasks", "tasks-0-title"
    )


def _assessed(draft: Draft) -> Check:
    judged = {place for place in draft.criteria if place is not None}
    left = [n for n in range(len(draft.outcomes)) if n not in judged]
    otherwise = (
        _("Nobody assesses outcome %(n)s, “%(text)s”", n=left[0] + 1, text=draft.outcomes[left[0]].text)
        if left
        else _("No outcome is assessed yet")
    )
    good = bool(draft.outcomes) and not left and draft.rubric_attached
    return check("assessed", good, _("The rubric assesses each outcome"), otherwise, "rubric", "criteria")


def _pay(draft: Draft, floor: Floor) -> Check:
    hours, an_hour = draft.productive_hours, money(floor.minor, floor.currency)
    if not hours:
        return Check("pay", State.OK, _("No work is asked for that the organisation uses"), "about", "pay")
    least = floor.minor * hours
    if draft.currency != floor.currency:
        otherwise = _(
            "Pay is in %(one)s, and the floor is in %(other)s", one=draft.currency, other=floor.currency
        )
    elif draft.pay_minor <= 0:
        otherwise = _(
            "%(n)s hours of work that you use are unpaid. Work is paid: at least %(floor)s an hour",
            n=hours,
            floor=an_hour,
        )
    else:
        otherwise = _(
            "Pay for %(n)s hours of work that you use is below the floor: at least %(least)s after what taking part costs",
            n=hours,
            least=money(least, floor.currency),
        )
    good = (
        draft.pay_minor > 0
        and draft.currency == floor.currency
        and draft.pay_minor - draft.learner_cost_minor >= least
    )
    words = _(
        "%(pay)s for %(n)s hours of work that you use, at or above the floor of %(floor)s an hour",
        pay=money(draft.pay_minor, draft.currency),
        n=hours,
        floor=an_hour,
    )
    return check("pay", good, words, otherwise, "about", "pay")


def _cost(draft: Draft) -> Check:
    cost, said = draft.mandatory_cost_minor, draft.learner_cost_minor
    dear = next((i for i in draft.resources if i.mandatory and i.cost_minor), None)
    if draft.is_free and dear is not None:
        otherwise = _(
            "“%(title)s” costs %(cost)s and cannot be left out, and the programme is called free",
            title=dear.title,
            cost=money(dear.cost_minor, draft.currency),
        )
    else:
        otherwise = _(
            "What cannot be left out costs %(cost)s, and the programme says %(said)s",
            cost=money(cost, draft.currency),
            said=money(said, draft.currency),
        )
    words = (
        _("Nothing to pay for the person")
        if draft.is_free
        else _("Costs the person %(said)s, and says so", said=money(said, draft.currency))
    )
    return check("cost", cost <= said, words, otherwise, "about", "learner_cost")


def _sessions(draft: Draft) -> Check:
    needed = max(1, -(-draft.weeks * 7 // rules.SESSION_EVERY_DAYS))
    planned, least = draft.sessions_planned, draft.sessions_least
    if draft.session_minutes < rules.LEAST_SESSION_MINUTES:
        otherwise = _("A session of %(n)s minutes is a greeting: plan at least %(least)s", n=draft.session_minutes, least=rules.LEAST_SESSION_MINUTES)  # fmt: skip
    elif least < 1:
        otherwise = _("No mentor session has to be held: ask for at least one")
    elif least > planned:
        otherwise = _("%(least)s sessions have to be held and %(n)s are planned", least=least, n=planned)
    else:
        otherwise = plural(
            "In %(weeks)s weeks %(n)s session is too few: plan %(needed)s, one every 14 days",
            "In %(weeks)s weeks %(n)s sessions are too few: plan %(needed)s, one every 14 days",
            planned,
            weeks=draft.weeks,
            needed=needed,
        )
    good = (
        draft.session_minutes >= rules.LEAST_SESSION_MINUTES and 1 <= least <= planned and planned >= needed
    )
    words = plural(
        "%(n)s mentor session planned",
        "%(n)s mentor sessions planned, never more than 14 days apart",
        planned,
    )
    return check("sessions", good, words, otherwise, "mentorship", "sessions_planned")
