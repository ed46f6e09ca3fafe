"""The moments in which organisations say what achievements add up to. Who completes one does so by the rules."""

from functools import partial

from sqlmodel import Session, col, select

from market.credentials.models import Achievement
from market.credentials.rules import AchievementStatus
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World
from market.pathways import service
from market.pathways.rules import Credit


def pathways(world: World, moments: Moments) -> None:
    """Each pathway on the day it is published; one that leads nowhere yet stays a draft."""
    for row in world.pathways:
        moments.at(row["day"], "issue", partial(_publish, row), what=f"publish the pathway {row['key']}")


def _publish(row: Row, db: Session, cast: Cast) -> None:
    actor = cast.actor(db, row["by"])
    made = service.create(db, actor, cast.orgs[row["organisation"]], row["title"])
    service.save(
        db,
        actor,
        made,
        title=row["title"],
        summary=row["summary"],
        needed=row["needed"],
        ordered=row["ordered"],
        target=_named(db, cast, *row["leads_to"]) if "leads_to" in row else None,
        parts=[(_named(db, cast, org, name), required) for org, name, required in row["parts"]],
        credits=[Credit(*one) for one in row["credits"]],
    )
    if "leads_to" in row:
        service.publish(db, actor, made)


def _named(db: Session, cast: Cast, org: str, name: str) -> Achievement:
    """The achievement of an organisation with this name, its newest that is out."""
    wanted = select(Achievement).where(
        Achievement.org_id == cast.orgs[org],
        Achievement.name == name,
        Achievement.status == AchievementStatus.PUBLISHED,
    )
    found = db.exec(wanted.order_by(col(Achievement.id).desc())).first()
    if found is None:
        raise LookupError(f"{org} issues no “{name}”")
    return found
