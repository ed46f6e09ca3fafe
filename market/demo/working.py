"""The moments of agreed work: parts handed in and answered, talk, judging, the end, and the reviews of it."""

from functools import partial
from typing import TYPE_CHECKING

from sqlmodel import Session

from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row
from market.engagements import assessments, milestones, payments, queries
from market.engagements import service as engagements
from market.engagements.models import Engagement, Milestone
from market.engagements.rules import Fault, MilestoneStatus, TrialOutcome
from market.messages import queries as threads
from market.messages import service as messages
from market.messages.models import About
from market.reviews import queries as reviewed
from market.reviews import service as reviews
from market.reviews.rules import AXES, Side
from market.rubrics.queries import rubric_with_criteria

if TYPE_CHECKING:
    from market.demo.story import Told


def work(told: "Told", row: Row, moments: Moments) -> None:
    """Lay out one engagement."""
    who = f"{told.person} on {told.opening['key']}"
    for place, part in enumerate(row["milestones"]):
        for event in part.get("events", []):
            if event[1] != "cancel":
                moments.at(
                    event[0], "work", partial(_part, told, place, part, event), what=f"{event[1]}: {who}"
                )
    for day, author, text in row.get("messages", []):
        moments.at(day, "talk", partial(_say, told, author, text), what=f"message: {who}")
    if "self" in row:
        moments.at(
            row["self"]["day"],
            "judge",
            partial(_judge, told, told.person, row["self"]),
            what=f"self-assessment: {who}",
        )
    if "assessed" in row:
        moments.at(
            row["assessed"]["day"],
            "judge",
            partial(_assess, told, row["assessed"]),
            what=f"assessment: {who}",
        )
    if "paused" in row:
        paused = row["paused"]
        moments.at(paused["day"], "work", partial(_pause, told, paused), what=f"pause: {who}")
    if row["how"] in ("completed", "ended_early", "called_off"):
        moments.at(row["ends"], "end", partial(_end, told, row), what=f"{row['how']}: {who}")
    if "outcome" in row:
        moments.at(row["ends"], "review", partial(_outcome, told, row), what=f"outcome: {who}")
    for key, by in (("of_talent", None), ("of_employer", told.person)):
        if key in row:
            said = row[key]
            moments.at(
                said["day"], "review", partial(_review, told, by or said["by"], said), what=f"{key}: {who}"
            )
            if "reply" in said:
                replier = told.person if key == "of_talent" else said["reply"].get("by", told.by)
                moments.at(
                    said["reply"]["day"],
                    "answer",
                    partial(_reply, told, key, replier, said["reply"]),
                    what=f"reply: {who}",
                )


def _engagement(told: "Told", db: Session) -> Engagement:
    return db.get_one(Engagement, told.engagement_id)


def _part(told: "Told", place: int, part: Row, event: list[object], db: Session, cast: Cast) -> None:
    """One event of one milestone."""
    engagement = _engagement(told, db)
    found: Milestone = queries.milestones_of(db, engagement.id)[place]
    name, rest = str(event[1]), [str(one) for one in event[2:]]
    talent, employer = cast.actor(db, told.person), cast.actor(db, told.by)
    if name == "start":
        if found.status is MilestoneStatus.PLANNED:
            milestones.begin(db, talent, engagement, found)
    elif name == "hand_in":
        words, link, uploads = rest[0] if rest else "", "", []
        if len(rest) == 3:
            uploads = [(rest[1], rest[2].encode())]
        elif len(rest) == 2:
            link = rest[1]
        milestones.hand_in(
            db,
            talent,
            engagement,
            found,
            note=words,
            link=link,
            uploads=uploads,
            as_evidence=part.get("show", True),
        )
    elif name == "changes":
        milestones.request_changes(db, employer, engagement, found, rest[0])
    elif name == "approve":
        milestones.approve(db, employer, engagement, found, rest[0] if rest else "")
    elif name == "paid":
        payments.declare(db, employer, engagement, found, found.amount_minor)
    elif name == "received":
        payments.confirm(db, talent, engagement, found, found.amount_minor)
    else:
        raise ValueError(f"no such event of a milestone: {name}")


def _say(told: "Told", author: str, text: str, db: Session, cast: Cast) -> None:
    actor = cast.actor(db, told.person if author == "talent" else author)
    engagement = _engagement(told, db)
    messages.send(db, actor, threads.subject_of(db, actor, About.ENGAGEMENT, engagement.public_id), text)


def _judge(told: "Told", key: str, row: Row, db: Session, cast: Cast) -> None:
    """Put in the steps of one side, blind."""
    engagement = _engagement(told, db)
    if engagement.rubric_id is None:
        raise ValueError(f"{told.opening['key']} has no rubric to judge by")
    rubric = rubric_with_criteria(db, engagement.rubric_id)
    words = row.get("feedback", [""] * len(rubric.criteria))
    steps = {c.id: (step, said) for c, step, said in zip(rubric.criteria, row["steps"], words, strict=True)}
    assessments.submit(db, cast.actor(db, key), engagement, rubric, steps)


def _assess(told: "Told", row: Row, db: Session, cast: Cast) -> None:
    """The assessor puts in steps and signs them."""
    _judge(told, row["by"], row, db, cast)
    engagement = _engagement(told, db)
    rubric = rubric_with_criteria(db, engagement.rubric_id or 0)
    steps = {
        c.id: (step, said)
        for c, step, said in zip(rubric.criteria, row["steps"], row["feedback"], strict=True)
    }
    assessments.sign(db, cast.actor(db, row["by"]), engagement, rubric, steps, row.get("next", ""))


def _pause(told: "Told", row: Row, db: Session, cast: Cast) -> None:
    key = told.person if row.get("by") in (None, "talent", told.person) else row["by"]
    engagements.pause(db, cast.actor(db, key), _engagement(told, db), row["reason"])


def _end(told: "Told", row: Row, db: Session, cast: Cast) -> None:
    engagement = _engagement(told, db)
    if row["how"] == "completed":
        engagements.finish(db, cast.actor(db, told.by), engagement)
        return
    actor = cast.actor(db, row.get("by", told.person))
    if row["how"] == "called_off":
        engagements.call_off(db, actor, engagement, row["reason"])
    else:
        engagements.end_early(db, actor, engagement, row["reason"], Fault(row.get("fault", "none")))


def _outcome(told: "Told", row: Row, db: Session, cast: Cast) -> None:
    engagements.record_outcome(
        db, cast.actor(db, told.by), _engagement(told, db), TrialOutcome(row["outcome"])
    )


def _review(told: "Told", key: str, row: Row, db: Session, cast: Cast) -> None:
    actor, engagement = cast.actor(db, key), _engagement(told, db)
    pair = reviewed.get_pair(db, actor, engagement)
    about = Side.EMPLOYER if key == told.person else Side.TALENT
    reviews.write(
        db,
        actor,
        pair,
        axes=dict(zip(AXES[about], row["axes"], strict=True)),
        text=row["text"],
        statements={cast.skills[s]: (level, "") for s, level in row.get("skills", {}).items()},
    )


def _reply(told: "Told", key: str, replier: str, row: Row, db: Session, cast: Cast) -> None:
    actor, engagement = cast.actor(db, replier), _engagement(told, db)
    pair = reviewed.get_pair(db, actor, engagement)
    review = reviewed.review_by(db, pair.id, Side.EMPLOYER if key == "of_talent" else Side.TALENT)
    if review is None:
        raise ValueError("a reply to a review that was not written")
    reviews.reply(db, actor, pair, review, row["text"])
