"""The moments in which organisations say what can be earned, issue it, and in which people answer."""

from functools import partial

from sqlmodel import Session, select

from market.credentials import achievements as service
from market.credentials import issuing
from market.credentials.issuing import EvidenceItem, Result
from market.credentials.models import Achievement, Issued
from market.credentials.rules import Draft, Status
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World
from market.rubrics.queries import rubric_with_criteria

ANSWERED_AFTER = 2
"""Days after which someone answers what they were offered."""


def credentials(world: World, moments: Moments) -> None:
    """Each achievement on its day, and everything that was issued of it."""
    for row in world.achievements:
        made: dict[str, int] = {}
        moments.at(row["defined"], "define", partial(_define, row, made), what=f"define {row['key']}")
        for one in row.get("issued", []):
            what = f"{row['key']} for {one['person']}"
            give = _find if one.get("earned") else _issue
            moments.at(one["day"], "issue", partial(give, row, one, made), what=f"issue {what}")
            answered = one["day"] + ANSWERED_AFTER
            if "answer" in one:
                moments.at(answered, "take", partial(_answer, one, made), what=f"answer {what}")
            for day, step, words in one.get("steps_after", []):
                moments.at(day, "take", partial(_step, row, one, made, step, words), what=f"{step} {what}")
            if "again" in one:
                moments.at(one["again"], "issue", partial(_issue, row, one, made), what=f"issue {what} anew")
        if "retired" in row:
            moments.at(row["retired"], "take", partial(_retire, row, made), what=f"retire {row['key']}")


def _define(row: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    actor = cast.actor(db, row["by"])
    rubric = cast.opening(db, row["rubric"]).rubric_id if "rubric" in row else None
    skills = tuple((cast.skills[skill], level) for skill, level in row["skills"])
    draft = Draft(
        row["name"], row["description"], row["criteria"], row["kind"], skills, rubric, row.get("months")
    )
    achievement = service.create_achievement(db, actor, cast.orgs[row["organisation"]], draft)
    made[""] = achievement.id
    if row["state"] != "draft":
        service.publish_achievement(db, actor, achievement)


def _issue(row: Row, one: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    """Issued, in the place of an earlier one where there is one."""
    actor, achievement = cast.actor(db, row["by"]), db.get_one(Achievement, made[""])
    results = []
    if achievement.rubric_id is not None:
        criteria = rubric_with_criteria(db, achievement.rubric_id).criteria
        results = [Result(c.id, step) for c, step in zip(criteria, one["steps"], strict=True)]
    shown = [EvidenceItem(name, words, url) for name, url, words in one.get("evidence", [])]
    before = db.get_one(Issued, made[one["person"]]) if one["person"] in made else None
    issued = issuing.issue(
        db,
        actor,
        achievement,
        cast.people[one["person"]],
        results=results,
        evidence=[EvidenceItem("Why it was issued", one["words"]), *shown],
        replaces=before,
    )
    made[one["person"]] = issued.id
    if before is not None:
        issuing.supersede(db, actor, before, issued)


def _find(row: Row, one: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    """What the assessment of their work had the site issue by itself."""
    wanted = select(Issued.id).where(
        Issued.achievement_id == made[""], Issued.person_id == cast.people[one["person"]]
    )
    made[one["person"]] = db.exec(wanted).one()


def _answer(one: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    actor, issued = cast.actor(db, one["person"]), db.get_one(Issued, made[one["person"]])
    if issued.status is not Status.OFFERED:  # what the world's clock did to it came first
        return
    if one["answer"] == "refused":
        issuing.refuse(db, actor, issued, one.get("said", ""))
    else:
        issuing.accept(db, actor, issued, one["answer"] == "public")


def _step(row: Row, one: Row, made: dict[str, int], step: str, words: str, db: Session, cast: Cast) -> None:
    take = {"suspend": issuing.suspend, "revoke": issuing.revoke}[step]
    take(db, cast.actor(db, row["by"]), db.get_one(Issued, made[one["person"]]), words)


def _retire(row: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    service.retire_achievement(db, cast.actor(db, row["by"]), db.get_one(Achievement, made[""]))
