"""What a programme says, as plain values: for checking it, describing it and showing it. Pure."""

from typing import NamedTuple

from market.programmes.rules import (
    Captions,
    Function,
    Identification,
    Mode,
    ResourceKind,
    Supervision,
)


class Outcome(NamedTuple):
    """What someone can do at the end, by one skill at one level (1 to 5)."""

    text: str
    skill_id: int | None = None
    level: int = 2
    skill: str = ""  # its name, or the words typed while none is chosen
    skill_public_id: str = ""
    is_known: bool = True  # not a proposal that waits for a moderator
    id: int = 0  # of its row, 0 for one that is new


class Question(NamedTuple):
    """A check question; `right` counts the choices from 1."""

    text: str
    choices: tuple[str, ...] = ()
    right: int = 1
    because: str = ""


class Item(NamedTuple):
    """Something to learn from. `day` counts from the start of the programme, from 1."""

    kind: ResourceKind
    title: str
    link: str = ""
    minutes: int = 0
    cost_minor: int = 0
    captions: Captions = Captions.NOT_NEEDED
    mandatory: bool = True
    day: int = 1
    at_time: str = ""
    place: str = ""
    questions: tuple[Question, ...] = ()
    id: int = 0


class Task(NamedTuple):
    """Hands-on work. `outcomes` are places in the list of outcomes, from 0; `week` is the one at whose end it is due."""

    title: str
    text: str = ""
    accepted_when: str = ""
    hours: int = 1
    week: int = 1
    productive: bool = True
    outcomes: tuple[int, ...] = ()
    id: int = 0


class Named(NamedTuple):
    """A member in a function."""

    membership_id: int
    function: Function
    words: str = ""
    name: str = ""
    person_id: int = 0
    is_member: bool = True  # still, and in a role that may do it


class Entry(NamedTuple):
    """A skill to come with."""

    skill_id: int
    level: int
    essential: bool = True
    skill: str = ""
    skill_public_id: str = ""
    is_known: bool = True


class Draft(NamedTuple):
    """A programme as it stands, whole: what the checks look at."""

    title: str = ""
    summary: str = ""
    field: str = ""
    language: str = "en"
    weeks: int = 4
    mode: Mode = Mode.HYBRID
    place: str = ""
    time_zone: str = "Europe/London"
    access_needs: str = ""
    pay_minor: int = 0
    currency: str = "GBP"
    learner_cost_minor: int = 0
    tools: str = ""
    ip_note: str = ""
    sessions_planned: int = 4
    sessions_least: int = 4
    session_minutes: int = 45
    mentoring: str = ""
    pulse: bool = True
    capstone_title: str = ""
    capstone_brief: str = ""
    capstone_accepted_when: str = ""
    capstone_hours: int = 0
    capstone_productive: bool = True
    supervision: Supervision = Supervision.NONE
    achievement_name: str = ""
    portfolio_words: str = ""
    evidence_hours: int = 1
    country: str = ""
    awarding_body: str = ""
    eqf_level: int = 0
    level_assigned_by: str = ""
    identification: Identification = Identification.ACCOUNT
    quality_assurance: str = ""
    prerequisites: str = ""
    stackability: str = ""
    # What follows stands in rows of its own.
    outcomes: tuple[Outcome, ...] = ()
    resources: tuple[Item, ...] = ()
    tasks: tuple[Task, ...] = ()
    people: tuple[Named, ...] = ()
    entry: tuple[Entry, ...] = ()
    rubric_attached: bool = False
    rubric_problem: str = ""  # what the attached rubric lacks, empty when nothing
    criteria: tuple[int | None, ...] = ()  # for each criterion, the place of the outcome that it assesses
    pass_mark: int = 3

    @property
    def learning_hours(self) -> int:
        """Of what everyone has to learn from, rounded up."""
        return -(-sum(item.minutes for item in self.resources if item.mandatory) // 60)

    @property
    def mentor_hours(self) -> int:
        """Of the sessions planned, rounded up."""
        return -(-self.sessions_planned * self.session_minutes // 60)

    @property
    def task_hours(self) -> int:
        return sum(task.hours for task in self.tasks)

    @property
    def workload_hours(self) -> int:
        """The notional workload: everything that someone does in it."""
        return (
            self.learning_hours
            + self.task_hours
            + self.mentor_hours
            + self.capstone_hours
            + self.evidence_hours
        )

    @property
    def productive_hours(self) -> int:
        """Of work that the organisation uses."""
        capstone = self.capstone_hours if self.capstone_productive else 0
        return capstone + sum(task.hours for task in self.tasks if task.productive)

    @property
    def mandatory_cost_minor(self) -> int:
        """What the resources cost that nobody can leave out."""
        return sum(item.cost_minor for item in self.resources if item.mandatory)

    @property
    def is_free(self) -> bool:
        """Whether the descriptor calls it free."""
        return self.learner_cost_minor == 0

    def named(self, function: Function) -> tuple[Named, ...]:
        return tuple(one for one in self.people if one.function is function)


ROWS = ("outcomes", "resources", "tasks", "people", "entry", "rubric_attached", "rubric_problem", "criteria", "pass_mark")  # fmt: skip
SCALARS: tuple[str, ...] = tuple(name for name in Draft._fields if name not in ROWS)
