"""What happens in the demo world follows the product's lifecycles, day by day, before anybody plays it."""

import itertools
from collections import Counter

import pytest

from market.applications.rules import OFFER_STANDS, OVERDUE_PAUSES, DeclineCode, RejectCode
from market.engagements.rules import SILENCE
from tests.seeds_world import (
    MEMBERS,
    ORGANISATIONS,
    PEOPLE,
    POSTED,
    ROLES,
    RUBRICS,
    accepted_on,
    agreed_fee,
    applications,
    end_state,
    engagements,
    filled_on,
    name,
)

REVIEW_DAYS = 14
ANSWER_DAYS = {key: org["answer_days"] for key, org in ORGANISATIONS.items()}
OPEN_STATES = {"submitted", "in_review", "shortlisted", "pooled", "offered"}
WAITING = {"submitted", "in_review", "shortlisted"}


def test_nobody_applies_to_their_own_organisation() -> None:
    assert [name(o, a) for o, a in applications() if a["person"] in MEMBERS[o["organisation"]]] == []


def test_people_apply_while_they_can_and_answer_what_is_asked() -> None:
    wrong: list[str] = []
    for opening, application in applications():
        full = filled_on(opening)
        last = opening["deadline"] if full is None else min(opening["deadline"], full - 1)
        if accepted_on(application) is None and not opening["posted"] <= application["day"] <= min(last, 0):
            wrong.append(f"{name(opening, application)}: applied on {application['day']}, last day {last}")
        if PEOPLE[application["person"]]["joined"] > application["day"]:
            wrong.append(f"{name(opening, application)}: applied before joining")
        answers = application.get("answers", [])
        if len(answers) != len(opening.get("questions", [])):
            wrong.append(f"{name(opening, application)}: {len(answers)} answers")
        wrong += [f"{name(opening, application)}: {len(a)} characters" for a in answers if len(a) > 300]
    assert wrong == []


def test_decisions_follow_the_lifecycle_in_order() -> None:
    wrong: list[str] = []
    for opening, application in applications():
        steps = application.get("steps", [])
        days = [application["day"], *(step[0] for step in steps)]
        full = filled_on(opening)
        if days != sorted(days) or days[-1] > 0:
            wrong.append(f"{name(opening, application)}: days {days}")
        if "!" in end_state(application):
            wrong.append(f"{name(opening, application)}: {end_state(application)}")
        for earlier, later in itertools.pairwise(steps):
            if earlier[1] in {"offer", "counter"} and later[0] - earlier[0] > OFFER_STANDS.days:
                wrong.append(f"{name(opening, application)}: the offer had lapsed")
        if full is not None and accepted_on(application) is None and days[-1] > full:
            wrong.append(f"{name(opening, application)}: decided after the last seat went on {full}")
        if steps and steps[-1][1] in {"offer", "counter"} and steps[-1][0] < -OFFER_STANDS.days:
            wrong.append(f"{name(opening, application)}: an offer left open too long")
    assert wrong == []


def test_applications_stand_in_every_state_that_waits_for_someone() -> None:
    states = Counter(end_state(application) for _, application in applications())
    assert states.keys() >= OPEN_STATES | {"draft", "withdrawn", "declined", "accepted", "offer_declined"}


def test_reasons_are_those_the_product_knows() -> None:
    steps = [step for _, application in applications() for step in application.get("steps", [])]
    assert {step[2] for step in steps if step[1] == "decline"} <= set(DeclineCode)
    assert {step[2] for step in steps if step[1] == "reject"} <= set(RejectCode)
    assert all(len(step[-1]) > 20 for step in steps if step[1] in {"decline", "reject", "withdraw"})


def test_no_opening_is_paused_for_silence() -> None:
    for opening in POSTED:
        if opening["state"] not in {"published", "closed"}:
            continue
        due = max(opening["deadline"], opening["posted"]) + ANSWER_DAYS[opening["organisation"]]
        waits = [a for o, a in applications() if o is opening and end_state(a) in WAITING and due < 0]
        assert len(waits) < OVERDUE_PAUSES, opening["key"]


def test_who_accepts_works_and_nobody_else() -> None:
    wrong = [name(o, a) for o, a in applications() if (accepted_on(a) is not None) != ("engagement" in a)]
    wrong += [name(o, a) for o, a, e in engagements() if e["starts"] < (accepted_on(a) or 0)]
    wrong += [name(o, a) for o, a in applications() if end_state(a) == "declined" and not a["steps"][-1][3]]
    assert wrong == []


def test_milestones_add_up_to_the_agreed_fee() -> None:
    for opening, application, engagement in engagements():
        total = sum(milestone["pay"] for milestone in engagement["milestones"])
        assert total == pytest.approx(agreed_fee(opening, application)), name(opening, application)


FEWEST_CHARACTERS = {"hand_in": 5, "changes": 20}
MILESTONE: dict[tuple[str, str], str] = {
    ("planned", "start"): "in_progress",
    ("planned", "hand_in"): "submitted",
    ("in_progress", "hand_in"): "submitted",
    ("submitted", "changes"): "in_progress",
    ("submitted", "approve"): "approved",
    ("planned", "cancel"): "cancelled",
    ("in_progress", "cancel"): "cancelled",
    ("approved", "paid"): "declared",
    ("declared", "received"): "confirmed",
}


def test_milestones_go_forward_within_the_engagement() -> None:
    wrong: list[str] = []
    for opening, application, engagement in engagements():
        who = name(opening, application)
        states = []
        for milestone in engagement["milestones"]:
            state, day = "planned", engagement["starts"]
            for event in milestone["events"]:
                if event[0] < day or event[0] > 0:
                    wrong.append(f"{who}: {milestone['title']}: day {event[0]}")
                state, day = MILESTONE.get((state, event[1]), f"{state}!{event[1]}"), event[0]
                if event[1] in {"hand_in", "changes"} and len(event[2]) < FEWEST_CHARACTERS[event[1]]:
                    wrong.append(f"{who}: {event[1]} without words")
                if len(event) == 5 and not event[3].endswith((".txt", ".csv")):
                    wrong.append(f"{who}: {event[3]} is no small text file")
            states.append(state)
            if milestone["due"] < engagement["starts"]:
                wrong.append(f"{who}: {milestone['title']} is due before the start")
            for handed, answered in itertools.pairwise([*milestone["events"], [0, "today"]]):
                if (
                    handed[1] == "hand_in"
                    and answered[0] - handed[0] >= SILENCE.days
                    and answered[1] != "today"
                ):
                    wrong.append(f"{who}: {milestone['title']} was deemed approved before it was answered")
        if any("!" in state for state in states):
            wrong.append(f"{who}: {states}")
        settled = {"approved", "declared", "confirmed", "cancelled"}
        if engagement["how"] in {"completed", "ended_early"} and not set(states) <= settled:
            wrong.append(f"{who}: ended with {states}")
        if engagement["how"] == "completed" and set(states) == {"cancelled"}:
            wrong.append(f"{who}: nothing was accepted")
    assert wrong == []


def test_engagements_end_after_they_begin_and_say_how() -> None:
    for opening, application, engagement in engagements():
        who, how = name(opening, application), engagement["how"]
        assert how in {"completed", "ended_early", "called_off", "active", "paused", "scheduled"}, who
        assert ("ends" in engagement) == (how in {"completed", "ended_early", "called_off"}), who
        if how in {"completed", "ended_early"}:
            assert engagement["starts"] < engagement["ends"] <= 0, who
            approvals = [
                e[0] for m in engagement["milestones"] for e in m["events"] if e[1] in {"approve", "cancel"}
            ]
            assert max(approvals) <= engagement["ends"], who
            assert (how == "completed" and opening["kind"] == "trial") == ("outcome" in engagement), who
        assert (how in {"ended_early", "called_off"}) == ("reason" in engagement), who
        assert (how == "ended_early") == ("fault" in engagement), who
        ender = "employer" if engagement.get("by") in MEMBERS[opening["organisation"]] else "talent"
        assert engagement.get("fault", "none") in {"none", "mutual", ender}, (
            "nobody records the other's fault"
        )
        assert (how == "scheduled") == (engagement["starts"] > 0), who


def test_assessments_answer_the_rubric_by_someone_of_the_organisation() -> None:
    wrong: list[str] = []
    for opening, application, engagement in engagements():
        criteria = len(RUBRICS[opening["rubric"]]["criteria"])
        last = engagement.get("ends", 0)
        for side in ("self", "assessed"):
            if side not in engagement:
                continue
            steps = engagement[side]["steps"]
            if len(steps) != criteria or not all(0 <= step <= 4 for step in steps):
                wrong.append(f"{name(opening, application)}: {side} {steps}, {criteria} criteria")
            if not engagement["starts"] <= engagement[side]["day"] <= last:
                wrong.append(f"{name(opening, application)}: {side} on {engagement[side]['day']}")
        assessed = engagement.get("assessed")
        if assessed and (
            assessed["by"] not in MEMBERS[opening["organisation"]] or len(assessed["feedback"]) != criteria
        ):
            wrong.append(f"{name(opening, application)}: assessor or feedback")
    assert wrong == []


def test_reviews_are_written_within_fourteen_days_on_four_axes() -> None:
    wrong: list[str] = []
    for opening, application, engagement in engagements():
        who = name(opening, application)
        for side in ("of_talent", "of_employer"):
            review = engagement.get(side)
            if review is None:
                continue
            if not engagement["ends"] <= review["day"] <= min(engagement["ends"] + REVIEW_DAYS, 0):
                wrong.append(f"{who}: {side} on {review['day']}")
            if len(review["axes"]) != 4 or not all(1 <= axis <= 5 for axis in review["axes"]):
                wrong.append(f"{who}: {side} axes {review['axes']}")
            if "reply" in review and review["reply"]["day"] < max(
                engagement["of_talent"]["day"], engagement["of_employer"]["day"]
            ):
                wrong.append(f"{who}: a reply before both reviews were open")
        of_talent = engagement.get("of_talent")
        if of_talent and of_talent["by"] not in MEMBERS[opening["organisation"]]:
            wrong.append(f"{who}: reviewed by {of_talent['by']}")
        if of_talent and not all(1 <= level <= 5 for level in of_talent.get("skills", {}).values()):
            wrong.append(f"{who}: a statement beyond five")
    assert wrong == []


def test_mentors_act_only_where_they_were_named() -> None:
    wrong: list[str] = []
    for opening, application, engagement in engagements():
        authors = [engagement[part]["by"] for part in ("assessed", "of_talent") if part in engagement]
        authors += [message[1] for message in engagement.get("messages", []) if message[1] != "talent"]
        for author in authors:
            if ROLES[author] == "mentor" and engagement.get("mentor") != author:
                wrong.append(f"{name(opening, application)}: {author}")
        if ROLES.get(engagement.get("mentor"), "mentor") != "mentor":
            wrong.append(f"{name(opening, application)}: {engagement['mentor']} is no mentor")
    assert wrong == []


def test_messages_are_written_by_the_two_sides() -> None:
    for opening, application, engagement in engagements():
        for _, author, _ in engagement.get("messages", []):
            assert author in MEMBERS[opening["organisation"]] | {"talent"}, name(opening, application)


def test_evidence_is_uneven_so_that_rankings_are_interesting() -> None:
    finished = Counter(a["person"] for _, a, e in engagements() if e["how"] == "completed")
    talent = {key: p for key, p in PEOPLE.items() if "visibility" in p}
    bare = [key for key, p in talent.items() if key not in finished and not p.get("projects")]
    shown = [key for key, p in talent.items() if key not in finished and p.get("projects")]
    assert len(bare) >= 8, "people with their word only"
    assert len(shown) >= 20, "people with a project anyone can open"
    assert sum(n >= 2 for n in finished.values()) >= 4, "people judged more than once"
    steps = Counter(step for _, _, e in engagements() for step in e.get("assessed", {"steps": []})["steps"])
    assert steps[2] >= 5
    assert steps[3] >= 20
    assert steps[4] >= 20
