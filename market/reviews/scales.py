"""The anchored scales of reviews: what each step from 1 to 5 means, in words."""

from market.reviews.rules import Side
from market.words import _


def name_of(axis: str) -> str:
    """An axis as people read it."""
    return {
        "communication": _("Communication"),
        "reliability": _("Reliability"),
        "quality": _("Quality"),
        "initiative": _("Initiative"),
        "clarity": _("Clarity of the brief"),
        "responsiveness": _("Responsiveness"),
        "support": _("Support"),
        "fairness": _("Fairness"),
    }[axis]


def steps_of(axis: str) -> list[str]:
    """The five anchors, from 1 to 5."""
    return {
        "communication": [
            _("Could not be reached"),
            _("Answered late"),
            _("Answered when asked"),
            _("Said what mattered in time"),
            _("Said what was late before it was"),
        ],
        "reliability": [
            _("Did not come"),
            _("Late without a word"),
            _("Late, and said so"),
            _("On the day agreed"),
            _("Ahead, and others could plan by it"),
        ],
        "quality": [
            _("Could not be used"),
            _("Needed much mending"),
            _("Nearly as asked"),
            _("As asked"),
            _("Better than asked"),
        ],
        "initiative": [
            _("Waited to be told"),
            _("Did the steps given"),
            _("Asked the right question"),
            _("Flagged what was doubtful unasked"),
            _("Found a better way, and explained it"),
        ],
        "clarity": [
            _("I had to guess most of it"),
            _("I had to ask a lot"),
            _("I asked once or twice"),
            _("It was all there"),
            _("It taught me how to write one"),
        ],
        "responsiveness": [
            _("Silence"),
            _("Only when chased"),
            _("Within a week"),
            _("Within the time promised"),
            _("Before I needed it"),
        ],
        "support": [
            _("None"),
            _("Told what, not how"),
            _("Helped when stuck"),
            _("Made time for me"),
            _("I left knowing more"),
        ],
        "fairness": [
            _("Terms were broken"),
            _("Terms were stretched"),
            _("Terms were kept"),
            _("Kept, and explained"),
            _("They put right their own mistakes"),
        ],
    }[axis]


def subject_of(side: Side) -> Side:
    """Whom a side writes about."""
    return Side.EMPLOYER if side is Side.TALENT else Side.TALENT
