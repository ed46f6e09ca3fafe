"""The described steps of the five soft skills, and how they are spoken of. What a step says is what somebody could see.

A change of meaning is a new `soft_rules.SCALE`; the words of the one before stay here for the rounds asked by it.
"""

from market.apprenticeships.soft_rules import SoftSkill
from market.words import _


def name(one: SoftSkill) -> str:
    return {
        SoftSkill.COMMUNICATION: _("Communication"),
        SoftSkill.TEAMWORK: _("Teamwork"),
        SoftSkill.LEADERSHIP: _("Leadership"),
        SoftSkill.RELIABILITY: _("Reliability"),
        SoftSkill.PROBLEM_SOLVING: _("Problem solving"),
    }[one]


def question(one: SoftSkill) -> str:
    """What is asked of the skill."""
    return {
        SoftSkill.COMMUNICATION: _("How do they say what others need to know, and hear what is said?"),
        SoftSkill.TEAMWORK: _("What do they do in work that is shared?"),
        SoftSkill.LEADERSHIP: _("What do they do when somebody has to begin or decide?"),
        SoftSkill.RELIABILITY: _("What becomes of what they promise?"),
        SoftSkill.PROBLEM_SOLVING: _("What do they do when something does not work?"),
    }[one]


def anchors(one: SoftSkill) -> tuple[str, str, str, str, str]:
    """What each step from 0 to 4 looks like."""
    return {
        SoftSkill.COMMUNICATION: (
            _("Others do not learn what they need, even when they ask."),
            _("Answers when asked. Much has to be asked for twice."),
            _("Says what others need when reminded, and answers what was asked."),
            _("Says in time what others need, and checks that it was understood."),
            _("Makes hard things clear to very different people, and hears what is not said."),
        ),
        SoftSkill.TEAMWORK: (
            _("Works past the others, or leaves shared work to them."),
            _("Does a share when it is given out."),
            _("Does their share, and helps when asked."),
            _("Sees what the others need, shares what they know, and settles small frictions."),
            _("The group works better because they are in it, also when it is hard."),
        ),
        SoftSkill.LEADERSHIP: (
            _("Waits to be told each next thing."),
            _("Begins their own part by themselves."),
            _("Suggests what could come next, and stands by what they suggested."),
            _("Takes on a piece with others, says who does what, and answers for what comes of it."),
            _("Others look to them when it is unclear, and grow by working with them."),
        ),
        SoftSkill.RELIABILITY: (
            _("What was promised often did not come, and nobody was told."),
            _("What was promised comes late, or after being asked for."),
            _("Mostly keeps days and hours. Says so late when something slips."),
            _("Keeps what they promise, and says early when something will be late."),
            _("Others plan on their word without checking, also when things go wrong."),
        ),
        SoftSkill.PROBLEM_SOLVING: (
            _("Stops, and waits until somebody else solves it."),
            _("Tries what they were shown. Then asks for the answer."),
            _("Looks for the cause, tries a way, and asks with what they found out."),
            _("Finds the cause, weighs more than one way, and checks that the chosen one worked."),
            _("Solves what was new to everyone, and leaves a way that others can use."),
        ),
    }[one]


def not_seen() -> str:
    return _("I could not see this")
