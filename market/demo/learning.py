"""The moments of programmes: written from a template, published, opened in rounds, joined, learnt in, left or finished."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from market import clock
from market.applications import offers, planned
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.applications.rules import OfferStatus
from market.apprenticeships import queries as running_queries
from market.apprenticeships import service as running
from market.apprenticeships import soft, waiting
from market.apprenticeships.models import MentorSession
from market.apprenticeships.rules import SessionStatus
from market.apprenticeships.soft_rules import SoftSkill
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World
from market.engagements import assessments, milestones
from market.engagements import service as engagements
from market.engagements.models import Engagement
from market.engagements.queries import milestones_of
from market.engagements.rules import Fault
from market.opportunities import apprenticing
from market.opportunities import service as opportunities
from market.opportunities.queries import questions_of
from market.programmes import beginnings, service
from market.programmes.drafts import Named
from market.programmes.rules import Function, Phase
from market.rubrics.queries import rubric_with_criteria

ZONE = "Europe/London"
NOTES = (
    "Where it went wrong twice, and how to see that sooner.",
    "We went through the first piece together, line by line.",
    "What the next task needs before it is begun.",
)
OPENED, SIGNED = 3, 5  # days after someone applied: read and offered a place, signed


def programmes(world: World, moments: Moments) -> None:
    """Every programme on its day, and each of its rounds with those who joined it."""
    for row in world.programmes:
        moments.at(row["day"], "post", partial(_write, row), what=f"write the programme {row['key']}")
        if not row.get("is_draft"):
            moments.at(row["day"], "post", partial(_publish, row), what=f"publish the programme {row['key']}")
        for person, day in row.get("waits", []):
            moments.at(day, "apply", partial(_wait, row, person), what=f"{person} waits for {row['key']}")
        for one in row.get("rounds", []):
            moments.at(one["posted"], "post", partial(_open, row, one), what=f"open the round {one['key']}")
            found: dict[str, dict[str, int]] = {}
            for person, day in one.get("joined", []):
                told = found[person] = {}
                what = f"{person} joins {one['key']}"
                moments.at(day, "apply", partial(_apply, one, person, told), what=what)
                moments.at(day + OPENED, "decide", partial(_offer, row, one, told), what=what)
                moments.at(day + SIGNED, "decide", partial(_sign, person, told), what=what)
                (_finish if "finished" in one else _weeks)(row, one, person, told, moments)
            _soft(row, one, found, moments)


def _weeks(row: Row, one: Row, person: str, told: dict[str, int], moments: Moments) -> None:
    """What happens week by week until today: something learnt, hours, a session that both confirm, the two questions.

    In the last week a session waits for the learner's word, and another one is planned.
    """
    mentor, start = row["mentors"][0][0], one["start"]
    left = one.get("left", {}).get(person)
    for week in range(1, 1 - start // 7):
        first = start + 7 * (week - 1)
        what = f"{person} in week {week} of {one['key']}"
        moments.at(first + 2, "work", partial(_learn, person, told, week), what=what)
        moments.at(first + 3, "talk", partial(_log, mentor, told, NOTES[week % len(NOTES)]), what=what)
        moments.at(first + 4, "work", partial(_spend, person, told), what=what)
        if first + 7 <= 0 and not (left and first + 7 > left[0]):
            moments.at(first + 5, "talk", partial(_confirm, person, told), what=what)
            moments.at(first + 6, "talk", partial(_answer, person, told, week), what=what)
            moments.at(first + 6, "talk", partial(_answer, mentor, told, week), what=what)
    if left:
        day, words = left
        moments.at(day, "end", partial(_leave, person, told, words), what=f"{person} leaves {one['key']}")
    else:
        moments.at(0, "talk", partial(_plan, mentor, told), what=f"{mentor} plans a session with {person}")


def _finish(row: Row, one: Row, person: str, told: dict[str, int], moments: Moments) -> None:
    """A round that is over: a session each week, each part handed in and approved, the capstone judged, the end."""
    mentor, start, end = row["mentors"][0][0], one["start"], one["finished"]
    what = f"{person} in {one['key']}"
    for first in range(start, end, 7):
        moments.at(first + 3, "talk", partial(_log, mentor, told, NOTES[first % len(NOTES)]), what=what)
        moments.at(first + 5, "talk", partial(_confirm, person, told), what=what)
    for place, day in enumerate(range(start + 14, end, 13)):
        moments.at(day, "work", partial(_hand_in, person, told, place), what=f"{what} hands in part {place}")
        moments.at(day + 1, "work", partial(_approve, mentor, told, place), what=f"{what}, part {place}")
    steps = one["steps"][person]
    moments.at(end, "judge", partial(_judge, row["assessor"], told, steps), what=f"the capstone of {what}")
    moments.at(end, "end", partial(_complete, row["by"], told), what=f"{what} is completed")


def _soft(row: Row, one: Row, found: dict[str, dict[str, int]], moments: Moments) -> None:
    """How the people of a finished round work with others, as the mentor and each other one says."""
    for person, (seen, by_peers) in one.get("soft", {}).items():
        for who in (row["mentors"][0][0], *(other for other in found if other != person)):
            steps = seen if who == row["mentors"][0][0] else by_peers
            what = f"{who} on {person} in {one['key']}"
            moments.at(one["finished"] + 1, "talk", partial(_say_soft, who, found[person], steps), what=what)


def _wait(row: Row, person: str, db: Session, cast: Cast) -> None:
    waiting.join(db, cast.actor(db, person), cast.programme(db, row["key"]))


def _write(row: Row, db: Session, cast: Cast) -> None:
    template = beginnings.template(row["template"])
    if template is None:
        raise ValueError(f"there is no template {row['template']!r}")
    org = cast.org(db, row["organisation"])
    changed = beginnings.with_changes(template.row, {"country": "GB", "awarding_body": org.name, **row})
    draft, judging = beginnings.begin(db, changed, cast.floor)
    people = [
        Named(cast.membership(db, org.id, person), Function.MENTOR, words)
        for person, words in row.get("mentors", [])
    ]
    for function in (Function.ASSESSOR, Function.SECOND_ASSESSOR):
        if function.value in row:
            people.append(Named(cast.membership(db, org.id, row[function.value]), function))
    made = service.create(
        db, cast.actor(db, row["by"]), org.id, draft._replace(people=tuple(people)), judging
    )
    cast.programmes[row["key"]] = made.id


def _publish(row: Row, db: Session, cast: Cast) -> None:
    service.publish(db, cast.actor(db, row["by"]), cast.programme(db, row["key"]), cast.floor)


def _open(row: Row, one: Row, db: Session, cast: Cast) -> None:
    """A round is drafted and published on one day."""
    actor, programme = cast.actor(db, row["by"]), cast.programme(db, row["key"])
    opening = apprenticing.open_round(db, actor, programme)
    cast.openings[one["key"]] = opening.id
    start = cast.day(one["start"])
    said: dict[str, Any] = {
        "starts_on": start,
        "starts_by": cast.day(one["deadline"] + 30) if one.get("rolling") else start,
        "deadline_at": datetime.combine(cast.day(one["deadline"]), time(17), ZoneInfo(ZONE)),
        "seats": one["seats"],
        "time_zone": ZONE,
        "questions": one.get("questions", []),
    }
    if "pay" in one:
        said["pay_minor"] = round(100 * one["pay"])
    apprenticing.save_round(db, actor, opening, is_rolling=one.get("rolling", False), **said)
    opportunities.publish(db, actor, opening, cast.floor)


def _apply(one: Row, person: str, told: dict[str, int], db: Session, cast: Cast) -> None:
    opening = cast.opening(db, one["key"])
    answers = {q.position: "" for q in questions_of(db, opening.id)}
    told["application"] = applications.apply(db, cast.actor(db, person), opening, answers).id


def _offer(row: Row, one: Row, told: dict[str, int], db: Session, cast: Cast) -> None:
    actor, application = cast.actor(db, row["by"]), db.get_one(Application, told["application"])
    applications.open_(db, actor, application)
    terms = planned.first_terms(db, cast.opening(db, one["key"]), clock.today(ZONE))
    offers.make(db, actor, application, terms)


def _work(db: Session, told: dict[str, int]) -> Engagement:
    return db.get_one(Engagement, told["work"])


def _learn(person: str, told: dict[str, int], week: int, db: Session, cast: Cast) -> None:
    work = _work(db, told)
    for one in running_queries.learning_of(db, work):
        if one.done_at is None and one.row.day <= 7 * week:
            running.tick(db, cast.actor(db, person), work, one.row.public_id, True)


def _log(mentor: str, told: dict[str, int], note: str, db: Session, cast: Cast) -> None:
    held = clock.now() - timedelta(hours=2)
    running.log_session(db, cast.actor(db, mentor), _work(db, told), held_at=held, minutes=45, note=note)


def _confirm(person: str, told: dict[str, int], db: Session, cast: Cast) -> None:
    waiting = select(MentorSession).where(
        MentorSession.engagement_id == told["work"], MentorSession.status == SessionStatus.LOGGED
    )
    for row in db.exec(waiting).all():
        running.confirm_session(db, cast.actor(db, person), _work(db, told), row)


def _spend(person: str, told: dict[str, int], db: Session, cast: Cast) -> None:
    running.log_hours(
        db,
        cast.actor(db, person),
        _work(db, told),
        worked_on=clock.today(ZONE),
        minutes=210,
        phase=Phase.TASKS,
        note="",
    )


def _answer(who: str, told: dict[str, int], week: int, db: Session, cast: Cast) -> None:
    running.answer_pulse(
        db, cast.actor(db, who), _work(db, told), week=week, first=4, second=4 + week % 2, words=""
    )


def _leave(person: str, told: dict[str, int], words: str, db: Session, cast: Cast) -> None:
    engagements.end_early(db, cast.actor(db, person), _work(db, told), words, Fault.NONE)


def _hand_in(person: str, told: dict[str, int], place: int, db: Session, cast: Cast) -> None:
    work = _work(db, told)
    parts = milestones_of(db, work.id)
    if place < len(parts):
        milestones.hand_in(
            db,
            cast.actor(db, person),
            work,
            parts[place],
            note="As described, with what I was not sure of.",
            link="",
            uploads=[],
            as_evidence=True,
        )


def _approve(mentor: str, told: dict[str, int], place: int, db: Session, cast: Cast) -> None:
    work = _work(db, told)
    parts = milestones_of(db, work.id)
    if place < len(parts):
        milestones.approve(db, cast.actor(db, mentor), work, parts[place], "")


def _judge(assessor: str, told: dict[str, int], steps: list[int], db: Session, cast: Cast) -> None:
    work, actor = _work(db, told), cast.actor(db, assessor)
    rubric = rubric_with_criteria(db, work.rubric_id or 0)
    chosen = {c.id: (step, "") for c, step in zip(rubric.criteria, steps, strict=True)}
    assessments.submit(db, actor, work, rubric, chosen)
    assessments.sign(db, actor, work, rubric, chosen, "")


def _complete(by: str, told: dict[str, int], db: Session, cast: Cast) -> None:
    engagements.finish(db, cast.actor(db, by), _work(db, told))


def _say_soft(who: str, told: dict[str, int], steps: list[int], db: Session, cast: Cast) -> None:
    said = {one: None if step < 0 else step for one, step in zip(SoftSkill, steps, strict=True)}
    soft.say(db, cast.actor(db, who), _work(db, told), said)


def _plan(mentor: str, told: dict[str, int], db: Session, cast: Cast) -> None:
    at = datetime.combine(cast.day(4), time(14), ZoneInfo(ZONE))
    running.plan_session(db, cast.actor(db, mentor), _work(db, told), at, "What is still unclear")


def _sign(person: str, told: dict[str, int], db: Session, cast: Cast) -> None:
    wanted = select(Offer).where(
        Offer.application_id == told["application"], Offer.status == OfferStatus.OPEN
    )
    told["work"] = engagements.sign(db, cast.actor(db, person), db.exec(wanted).one()).id
