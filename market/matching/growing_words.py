"""Why a programme stands where it stands among the ways to grow, in the words a person reads."""

from market.matching.growing import Grown
from market.matching.sentences import listed
from market.web.show import money
from market.words import _, plural


def of_skill(one: Grown) -> list[str]:
    """Where nothing was asked, as on the page of a skill: what it teaches, places, cost and time."""
    levels = [
        _("Teaches %(skill)s to level %(n)s.", **_taught(one, skill))
        for skill in (*one.way.closes, *one.way.towards)
    ]
    return [*levels, _places(one), _cost(one)]


def reasons(one: Grown) -> list[str]:
    """In the order in which they count: entry, what it teaches of what was asked, what opens, places, cost, time."""
    return [
        *([entry] if (entry := _entry(one)) else []),
        *_teaches(one),
        _opens(one.way.opens),
        _places(one),
        _cost(one),
    ]


def _entry(one: Grown) -> str:
    course = one.way.course
    if one.way.lacks:
        asked = [
            _("%(skill)s at level %(n)s", skill=one.names[skill], n=course.entry[skill])
            for skill in one.way.lacks
        ]
        return _(
            "It asks you to come with %(skills)s, which your evidence does not show yet.",
            skills=listed(asked),
        )
    return _("You have shown what it asks you to come with.") if course.entry else ""


def _taught(one: Grown, skill: int) -> dict[str, object]:
    """The skill that is taught, which may be a narrower one that counts for the skill asked, and its level."""
    taught = one.way.by[skill]
    return {"skill": one.names[taught], "n": one.way.course.teaches[taught]}


def _teaches(one: Grown) -> list[str]:
    return [_enough(one, skill) for skill in one.way.closes] + [
        _towards(one, skill) for skill in one.way.towards
    ]


def _enough(one: Grown, skill: int) -> str:
    if asked := _asked(one, skill):
        return _(
            "Teaches %(skill)s to level %(n)s, a part of %(asked)s: enough for what is asked.",
            asked=asked,
            **_taught(one, skill),
        )
    return _("Teaches %(skill)s to level %(n)s, enough for what is asked.", **_taught(one, skill))


def _towards(one: Grown, skill: int) -> str:
    if asked := _asked(one, skill):
        return _(
            "Teaches %(skill)s to level %(n)s, a part of %(asked)s: a step towards what is asked.",
            asked=asked,
            **_taught(one, skill),
        )
    return _("Teaches %(skill)s to level %(n)s: a step towards what is asked.", **_taught(one, skill))


def _asked(one: Grown, skill: int) -> str:
    """The skill asked, where a narrower one is taught."""
    return "" if one.way.by[skill] == skill else one.names.get(skill, "")


def _opens(n: int) -> str:
    if not n:
        return _("By itself it brings no more openings into reach today.")
    return plural(
        "Would bring one more opening into reach.", "Would bring %(n)s more openings into reach.", n
    )


def _places(one: Grown) -> str:
    programme = one.programme
    if not programme.places:
        return _("No place is free now. You can wait for one.")
    free = plural("One place is free", "%(n)s places are free", programme.places)
    if programme.next_start is None:
        return _("%(places)s, and you can start at any time.", places=free)
    return free + "."


def _cost(one: Grown) -> str:
    programme = one.programme
    time = plural("%(n)s hour", "%(n)s hours", programme.hours)
    if programme.cost_minor:
        return _(
            "Costs you %(what)s and takes %(time)s.",
            what=money(programme.cost_minor, programme.currency),
            time=time,
        )
    if programme.pay_minor:
        return _(
            "Costs you nothing, pays %(what)s and takes %(time)s.",
            what=money(programme.pay_minor, programme.currency),
            time=time,
        )
    return _("Costs you nothing and takes %(time)s.", time=time)
