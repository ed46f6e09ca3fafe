"""What matching says in words: one sentence for a fit, one for the change that would help most, one for the pool."""

from collections.abc import Sequence

from market.evidence.posterior import CREDENTIALED, DEMONSTRATED, ENDORSED, OWN_WORD, SHOWN
from market.matching.core.explain import Change, Fit
from market.matching.core.pool import Mirror
from market.matching.models import Act
from market.matching.queries import Wanted
from market.words import _


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return _("%(most)s and %(last)s", most=", ".join(names[:-1]), last=names[-1])


def gap(fit: Fit) -> str:
    """What stands between a person and an opening, to that person."""
    if not fit.lacks:
        return _("Everything asked is shown by your evidence.")
    if len(fit.lacks) == 1:
        return _("%(skill)s is the gap. You can apply as you are.", skill=fit.lacks[0])
    if all(part.unit <= OWN_WORD for part in fit.parts if not part.met):
        return _("%(skills)s are not shown yet. You can apply as you are.", skills=listed(fit.lacks))
    return _(
        "%(skills)s are not shown at the level asked yet. You can apply as you are.", skills=listed(fit.lacks)
    )


def change(one: Change) -> str:
    """The single piece of evidence that would change the two numbers most."""
    if one.meets:
        return _(
            "One assessed piece of work (T4) in %(skill)s at level %(level)s.",
            skill=one.skill,
            level=one.level,
        )
    if one.second_meets:
        return _(
            "One assessed piece of work (T4) in %(skill)s at level %(level)s is a step towards it; a second would meet it.",
            skill=one.skill,
            level=one.level,
        )
    return _(
        "One assessed piece of work (T4) in %(skill)s at level %(level)s is a step towards it.",
        skill=one.skill,
        level=one.level,
    )


def option(one: Change) -> str:
    """One more piece of evidence that would help, with whether it is enough."""
    words = {
        SHOWN: _("One project that anyone can open, in %(skill)s at level %(level)s"),
        ENDORSED: _("One endorsement in %(skill)s at level %(level)s"),
        CREDENTIALED: _("One credential of a proven issuer in %(skill)s at level %(level)s"),
        DEMONSTRATED: _("One assessed piece of work in %(skill)s at level %(level)s"),
    }[one.tier] % {"skill": one.skill, "level": one.level}
    return words if one.meets else _("%(evidence)s, which is a step towards it", evidence=words)


def act(one: Act) -> str:
    """What someone did after a list was shown."""
    return {
        Act.INVITED: _("Invited"),
        Act.OPENED: _("Application opened"),
        Act.SHORTLISTED: _("Shortlisted"),
        Act.POOLED: _("Kept for later"),
        Act.DECLINED: _("Declined"),
        Act.RECONSIDERED: _("Taken up again"),
        Act.OFFERED: _("Offer made"),
        Act.RESCINDED: _("Offer taken back"),
        Act.HIRED: _("Offer signed"),
    }[one]


def narrowest(found: Mirror, wanted: Sequence[Wanted]) -> str:
    """Which single requirement shrinks the pool most, empty when none does."""
    if found.narrowest is None:
        return ""
    one, without = wanted[found.narrowest], found.without[found.narrowest]
    return _(
        "%(skill)s at level %(level)s shuts most people out. Without it, %(without)s would meet everything, not %(all)s.",
        skill=one.skill,
        level=one.asked.level,
        without=without,
        all=found.all,
    )
