"""Every bad input of a programme's definition is refused with its reason; what is good passes. Pure."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from market.access import Actor, Membership, Role
from market.programmes import descriptor, linked, quality, rules, sentences
from market.programmes.checks import Check, Floor, State, blocking, money
from market.programmes.depth import safeguards
from market.programmes.drafts import Draft, Entry, Item, Named, Outcome, Question, Task
from market.programmes.models import Programme
from market.programmes.rules import (
    Captions,
    Function,
    Mode,
    Ready,
    ResourceKind,
    Status,
    Supervision,
)
from tests.programmes.plans import FLOOR, whole_draft

PEOPLE = (
    Named(1, Function.MENTOR, "22 years in parts", "Mira", 11),
    Named(2, Function.ASSESSOR, "", "Bruno", 12),
)
GOOD = whole_draft([1, 2], PEOPLE)._replace(
    outcomes=(
        Outcome("Count a store", 1, 2, "Stock control", "a"),
        Outcome("Write a label", 2, 2, "Writing", "b"),
    ),
    rubric_attached=True,
    criteria=(0, 1),
)


def found(draft: Draft, key: str, floor: Floor = FLOOR) -> Check:
    checks = [*quality.quality(draft), *safeguards(draft, floor)]
    return next(check for check in checks if check.key == key)


def test_a_whole_programme_goes_out() -> None:
    checks = [*quality.quality(GOOD), *safeguards(GOOD, FLOOR)]
    assert not blocking(checks)
    assert len(checks) == 18
    assert descriptor.filled(GOOD) == (11, 11)
    assert GOOD.workload_hours == 22
    assert GOOD.productive_hours == 14


def task(**more: Any) -> Task:
    return GOOD.tasks[0]._replace(**more)


def item(**more: Any) -> Item:
    return GOOD.resources[0]._replace(**more)


Change = Callable[[Draft], Draft]
BAD: list[tuple[str, Change, str, str]] = [
    ("no mentor", lambda d: d._replace(people=PEOPLE[1:]), "mentor", "No mentor is named"),
    (
        "a mentor who has left",
        lambda d: d._replace(people=(PEOPLE[0]._replace(is_member=False), PEOPLE[1])),
        "mentor",
        "Mira does not mentor for the organisation any more",
    ),
    (
        "an outcome nobody assesses",
        lambda d: d._replace(criteria=(0, 0)),
        "assessed",
        "Nobody assesses outcome 2",
    ),
    ("nothing assessed", lambda d: d._replace(outcomes=()), "assessed", "No outcome is assessed yet"),
    (
        "an outcome nobody practises",
        lambda d: d._replace(tasks=(task(outcomes=(0,)),)),
        "practised",
        "No task practises outcome 2",
    ),
    ("nothing practised", lambda d: d._replace(outcomes=()), "practised", "No outcome is practised yet"),
    (
        "200 hours in two weeks",
        lambda d: d._replace(weeks=2, tasks=(task(hours=190), *d.tasks[1:])),
        "load",
        "hours in 2 weeks: nobody does more than 40 hours a week",
    ),
    (
        "60 hours in one week",
        lambda d: d._replace(weeks=1, tasks=(task(hours=50),)),
        "load",
        "hours in 1 week: nobody",
    ),
    (
        "more than any programme takes",
        lambda d: d._replace(weeks=26, tasks=(task(hours=400),)),
        "load",
        "more than a programme takes: keep 400",
    ),
    (
        "too little for its outcomes",
        lambda d: d._replace(
            outcomes=tuple(Outcome(f"Do {n}", 1, 2) for n in range(8)),
        ),
        "depth",
        "only in name: give them at least 24",
    ),
    (
        "too little for one outcome",
        lambda d: d._replace(
            outcomes=d.outcomes[:1],
            tasks=(),
            resources=(),
            sessions_planned=0,
            capstone_hours=1,
            evidence_hours=0,
        ),
        "depth",
        "teach 1 outcome only in name",
    ),
    (
        "too much for one outcome",
        lambda d: d._replace(outcomes=d.outcomes[:1], tasks=(task(hours=90),)),
        "depth",
        "for 1 outcome: name what else is learnt",
    ),
    (
        "too much for its outcomes",
        lambda d: d._replace(tasks=(task(hours=150),)),
        "depth",
        "for 2 outcomes: name what else is learnt",
    ),
    ("no outcome", lambda d: d._replace(outcomes=()), "depth", "No outcome to measure the hours against"),
    (
        "unpaid productive work",
        lambda d: d._replace(pay_minor=0),
        "pay",
        "14 hours of work that you use are unpaid. Work is paid: at least £13.20 an hour",
    ),
    (
        "pay below the floor",
        lambda d: d._replace(pay_minor=18_479),
        "pay",
        "below the floor: at least £184.80",
    ),
    (
        "pay below the floor after what it costs",
        lambda d: d._replace(learner_cost_minor=2_000),
        "pay",
        "below the floor",
    ),
    ("pay in another currency", lambda d: d._replace(currency="EUR"), "pay", "the floor is in GBP"),
    (
        "a cost that the descriptor calls free",
        lambda d: d._replace(resources=(item(cost_minor=1_500), *d.resources[1:])),
        "cost",
        "“How a store is laid out” costs £15 and cannot be left out, and the programme is called free",
    ),
    (
        "a cost above what is said",
        lambda d: d._replace(resources=(item(cost_minor=1_500),), learner_cost_minor=1_000, pay_minor=50_000),
        "cost",
        "costs £15, and the programme says £10",
    ),
    (
        "no session that has to be held",
        lambda d: d._replace(sessions_least=0),
        "sessions",
        "ask for at least one",
    ),
    (
        "more sessions to hold than planned",
        lambda d: d._replace(sessions_planned=3, sessions_least=4),
        "sessions",
        "4 sessions have to be held and 3 are planned",
    ),
    (
        "sessions more than 14 days apart",
        lambda d: d._replace(weeks=10, sessions_planned=4, sessions_least=3),
        "sessions",
        "In 10 weeks 4 sessions are too few: plan 5",
    ),
    (
        "one session in six weeks",
        lambda d: d._replace(weeks=6, sessions_planned=1, sessions_least=1),
        "sessions",
        "In 6 weeks 1 session is too few: plan 3",
    ),
    ("a session of ten minutes", lambda d: d._replace(session_minutes=10), "sessions", "plan at least 15"),
    ("no title", lambda d: d._replace(title=" "), "about", "no title"),
    ("no summary", lambda d: d._replace(summary=""), "about", "says nothing yet"),
    ("no place", lambda d: d._replace(place=""), "about", "not remote takes place"),
    (
        "a skill to come with that is a proposal",
        lambda d: d._replace(entry=(Entry(3, 1, True, "Knots", "c", False),)),
        "about",
        "“Knots” is a proposal still",
    ),
    ("no outcomes", lambda d: d._replace(outcomes=()), "outcomes", "Nobody can read yet"),
    (
        "nine outcomes",
        lambda d: d._replace(outcomes=tuple(Outcome(f"Do {n}", 1, 2) for n in range(9))),
        "outcomes",
        "9 outcomes are too many",
    ),
    (
        "an outcome without a skill",
        lambda d: d._replace(outcomes=(GOOD.outcomes[0], Outcome("Something"))),
        "outcomes",
        "Outcome 2 names no skill",
    ),
    (
        "an outcome by a proposal",
        lambda d: d._replace(outcomes=(GOOD.outcomes[0]._replace(is_known=False),)),
        "outcomes",
        "is a proposal still",
    ),
    (
        "nothing to learn from",
        lambda d: d._replace(resources=()),
        "learning",
        "nothing yet that everyone learns from",
    ),
    ("no minutes", lambda d: d._replace(resources=(item(minutes=0),)), "learning", "Say how long"),
    ("after the last day", lambda d: d._replace(resources=(item(day=36),)), "learning", "after the last day"),
    (
        "a workshop without a time",
        lambda d: d._replace(resources=(item(at_time=""),)),
        "learning",
        "at what time",
    ),
    (
        "a reading that is nowhere",
        lambda d: d._replace(resources=(item(kind=ResourceKind.READING),)),
        "learning",
        "a link, or a place",
    ),
    (
        "a question without a right answer",
        lambda d: d._replace(resources=(item(questions=(Question("Why?", ("A", "B"), 3),)),)),
        "learning",
        "has no right answer",
    ),
    ("no task", lambda d: d._replace(tasks=()), "tasks", "no hands-on task yet"),
    ("a task without hours", lambda d: d._replace(tasks=(task(hours=0),)), "tasks", "how many hours"),
    (
        "a test nobody can check",
        lambda d: d._replace(tasks=(task(accepted_when="It looks good."),)),
        "tasks",
        "Task 1 has no test that can be checked",
    ),
    ("a task after the end", lambda d: d._replace(tasks=(task(week=6),)), "tasks", "due after the last week"),
    ("no capstone", lambda d: d._replace(capstone_brief=""), "capstone", "no brief yet"),
    (
        "a capstone nobody can check",
        lambda d: d._replace(capstone_accepted_when="All good"),
        "capstone",
        "Nobody can check",
    ),
    (
        "a capstone without hours",
        lambda d: d._replace(capstone_hours=0),
        "capstone",
        "how many hours the capstone",
    ),
    ("no rubric", lambda d: d._replace(rubric_attached=False), "rubric", "No rubric to judge"),
    (
        "half a rubric",
        lambda d: d._replace(rubric_problem="Say what step 2 looks like."),
        "rubric",
        "not complete: Say what step 2 looks like",
    ),
    (
        "a criterion for nothing",
        lambda d: d._replace(criteria=(0, 1, None)),
        "rubric",
        "assesses none of the outcomes",
    ),
    ("no assessor", lambda d: d._replace(people=PEOPLE[:1]), "assessor", "Nobody is named who assesses"),
    (
        "an assessor who has left",
        lambda d: d._replace(people=(PEOPLE[0], PEOPLE[1]._replace(is_member=False))),
        "assessor",
        "Bruno does not assess for the organisation any more",
    ),
    (
        "two assessors who are one",
        lambda d: d._replace(people=(*PEOPLE, PEOPLE[1]._replace(function=Function.SECOND_ASSESSOR))),
        "assessor",
        "Both assessors are the same person",
    ),
    (
        "a descriptor with a gap",
        lambda d: d._replace(country=""),
        "descriptor",
        "10 of 11 stated. Missing: Country",
    ),
]


@pytest.mark.parametrize(("name", "change", "key", "words"), BAD, ids=[row[0] for row in BAD])
def test_bad_input_is_refused_with_the_reason(name: str, change: Change, key: str, words: str) -> None:
    check = found(change(GOOD), key)
    assert check.blocks, check
    assert words in check.words


@pytest.mark.parametrize(
    ("name", "change", "key", "state", "words"),
    [
        ("no captions", lambda d: d._replace(resources=(item(kind=ResourceKind.VIDEO, link="https://a.example"),)),
         "captions", State.OPEN, "not everyone can follow it"),
        ("nothing is heard", lambda d: d._replace(resources=(item(),)), "captions", State.NOT_NEEDED, "Nothing needs"),
        ("long words", lambda d: d._replace(summary="Organisational interdependencies necessitate comprehensive "
         "institutional accountability mechanisms " * 3), "plain", State.OPEN, "Long words"),
        ("too short to say", lambda d: d._replace(summary="x", mentoring="", capstone_brief="", tasks=(), outcomes=(),
         capstone_accepted_when=""), "plain", State.OPEN, "Too little is written"),
        ("Welsh", lambda d: d._replace(language="cy"), "plain", State.NOT_NEEDED, "English only"),
        ("no work that is used", lambda d: d._replace(tasks=(task(productive=False),), capstone_productive=False,
         pay_minor=0), "pay", State.OK, "No work is asked for"),
        ("a cost that is said", lambda d: d._replace(learner_cost_minor=1_500, pay_minor=30_000), "cost", State.OK,
         "Costs the person £15"),
    ],
)  # fmt: skip
def test_what_is_advice_keeps_nothing_back(
    name: str, change: Change, key: str, state: State, words: str
) -> None:
    check = found(change(GOOD), key)
    assert (check.state, check.blocks) == (state, False)
    assert words in check.words


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"title": ""}, "Title"),
        ({"country": ""}, "Country of issuer"),
        ({"country": "QQ"}, "Country of issuer"),
        ({"awarding_body": " "}, "Awarding body"),
        ({"outcomes": ()}, "Learning outcomes"),
        ({"tasks": (), "resources": ()}, "Workload"),
        ({"eqf_level": 0}, "Level"),
        ({"rubric_attached": False}, "Assessment"),
        ({"place": ""}, "Participation"),
        ({"quality_assurance": ""}, "Quality assurance"),
    ],
)
def test_the_descriptor_says_what_is_missing(change: dict[str, Any], missing: str) -> None:
    assert [one.label for one in descriptor.missing(GOOD._replace(**change))] == [missing]


def test_the_descriptor_in_words() -> None:
    second = Named(3, Function.SECOND_ASSESSOR, "", "Ria", 13)
    draft = GOOD._replace(
        mode=Mode.REMOTE,
        place="",
        level_assigned_by="Ofqual",
        people=(*PEOPLE, second),
        entry=(Entry(1, 2, True, "Stock control"), Entry(2, 1, False, "Writing")),
        prerequisites="A forklift licence",
        supervision=Supervision.REMOTE,
        stackability="",
    )
    said = {one.key: one.words for one in descriptor.elements(draft)}
    assert said["level"] == "EQF 2, assigned by Ofqual"
    assert said["assessment"] == "Capstone by rubric, 2 criteria, two assessors"
    assert said["participation"] == "Remote"
    assert said["country"] == "United Kingdom"
    also = {one.key: one.words for one in descriptor.optional(draft)}
    assert also["prerequisites"] == "Stock control at level 2; A forklift licence"
    assert also["supervision"] == "The capstone is supervised on screen"
    assert "stackability" not in also
    bare = {one.key for one in descriptor.optional(Draft())}
    assert bare == {"prerequisites"}
    assert descriptor.frozen(draft)["prerequisites"]["skills"] == [{"skill": "", "level": 2}]


def test_linked_data_says_only_what_is_known() -> None:
    data = linked.programme_ld(
        GOOD, url="https://a.example/p", organisation="Bakery", organisation_url="https://a.example/o"
    )
    assert data["@type"] == "EducationalOccupationalProgram"
    assert data["timeToComplete"] == "P5W"
    assert data["offers"]["price"] == "0.00"
    assert data["trainingSalary"]["median"] == 200
    assert "startDate" not in data
    unpaid = linked.programme_ld(
        GOOD._replace(pay_minor=0, learner_cost_minor=500),
        url="u", organisation="o", organisation_url="v",
        rounds=[linked.Round(None, None, 2)],
    )  # fmt: skip
    assert "trainingSalary" not in unpaid
    assert unpaid["offers"]["category"] == "Paid"
    assert unpaid["maximumEnrollment"] == 2


# Who may


def actor(*roles: Role) -> Actor:
    return Actor(id=5, memberships=tuple(Membership(n, 1, role) for n, role in enumerate(roles, start=1)))


def programme(status: Status = Status.DRAFT, for_members: bool = False) -> Programme:
    return cast(Programme, SimpleNamespace(org_id=1, status=status, for_members=for_members))


@pytest.mark.parametrize(
    ("is_frozen", "submissions", "words"),
    [(False, 0, ""), (True, 0, "published and frozen"), (False, 1, "handed in"), (True, 2, "handed in")],
)
def test_a_rubric_stays_once_it_is_out_or_judged_by(is_frozen: bool, submissions: int, words: str) -> None:
    asked = rules.may_change_rubric(is_frozen, submissions)
    assert bool(asked) is not bool(words)
    assert words in asked.reason


@pytest.mark.parametrize(
    ("who", "status", "sees", "opens"),
    [
        (actor(Role.OWNER), Status.DRAFT, True, "Publish the programme first"),
        (actor(Role.RECRUITER), Status.PUBLISHED, True, ""),
        (actor(Role.RECRUITER), Status.RETIRED, True, "retired"),
        (actor(Role.MENTOR), Status.DRAFT, False, "You do not post"),
        (actor(), Status.DRAFT, False, "You do not post"),
        (actor(), Status.PUBLISHED, True, "You do not post"),
    ],
)
def test_who_sees_and_who_opens_a_programme(who: Actor, status: Status, sees: bool, opens: str) -> None:
    assert bool(rules.may_see(who, programme(status))) is sees
    asked = rules.may_open(who, programme(status))
    assert bool(asked) is not bool(opens)
    assert opens in asked.reason


@pytest.mark.parametrize(
    ("who", "status", "sees", "opens", "chooses"),
    [
        (actor(Role.OWNER), Status.DRAFT, True, "Publish the programme first", ""),
        (actor(Role.RECRUITER), Status.PUBLISHED, True, "", "A copy can be for others"),
        (actor(Role.MENTOR), Status.PUBLISHED, True, "You do not post", "You do not post"),
        (actor(Role.ISSUER), Status.RETIRED, True, "You do not post", "You do not post"),
        (actor(Role.ISSUER), Status.DRAFT, False, "You do not post", "You do not post"),
        (actor(), Status.PUBLISHED, False, "You do not post", "You do not post"),
        (actor(), Status.RETIRED, False, "You do not post", "You do not post"),
    ],
)
def test_what_is_for_members_is_theirs_alone(
    who: Actor, status: Status, sees: bool, opens: str, chooses: str
) -> None:
    one = programme(status, for_members=True)
    assert bool(rules.may_see(who, one)) is sees
    assert "for members" in rules.may_open(who, one).reason
    for asked, words in (
        (rules.may_open_inside(who, one), opens),
        (rules.may_choose_readers(who, one), chooses),
    ):
        assert bool(asked) is not bool(words)
        assert words in asked.reason


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (None, "no new version"),
        (Ready((), True, False), "no new version"),
        (Ready(("No mentor",), True), "Before it can go out: No mentor"),
        (Ready((), False), "not verified yet"),
        (Ready((), True), ""),
    ],
)
def test_what_publishing_asks(facts: Ready | None, words: str) -> None:
    guard = rules.LIFECYCLE.step(Status.DRAFT, "publish").guard
    assert guard is not None
    asked = guard(programme(), facts)
    assert bool(asked) is not bool(words)
    assert words in asked.reason


def test_parties_are_authors_and_those_who_may_publish() -> None:
    assert rules.parties(actor(Role.OWNER), programme()) == {"author", "publisher"}
    assert rules.parties(actor(Role.RECRUITER), programme()) == {"author"}
    assert rules.parties(actor(Role.RECRUITER, Role.ISSUER), programme()) == {"author", "publisher"}
    assert rules.parties(actor(Role.ISSUER), programme()) == frozenset()


def test_small_words() -> None:
    assert money(1_050, "NOK") == "NOK 10.50"
    assert sentences.following("check") == "check"
    assert sentences.onward("about") == "Go on to outcomes"
    assert sentences.pay_words(GOOD._replace(pay_minor=0)).startswith("No pay")
    assert (
        sentences.pay_words(GOOD._replace(tasks=(), capstone_productive=False)) == "in all, while learning."
    )
    assert sentences.cost_words(GOOD._replace(learner_cost_minor=500)) == "Costs you £5."
    noted = sentences.item_note(item(cost_minor=500, mandatory=False, captions=Captions.NO), "GBP")
    assert noted == "A workshop, 120 minutes, day 1 at 14:00, without captions, costs £5, as you like"
    assert (
        sentences.passed([Check("a", State.OPEN, "", ""), Check("b", State.OK, "", "")])
        == "1 of 2 are there."
    )
    assert [one.when for one in sentences.phases(GOOD)] == [
        "Week 1, 3 hours",
        "Weeks 1 to 4, 10 hours",
        "Weeks 1 to 5, at least 3 sessions",
        "Week 5, 4 hours",
        "Week 5, 1 hour",
    ]
    assert [one.words for one in sentences.phases(Draft())][3] == "Judged by the rubric."
