"""The moments of organisations' own people: agreements given, notes kept, skills needed."""

from functools import partial

from sqlmodel import Session, select

from market.credentials.models import Achievement
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World
from market.engagements.models import Engagement
from market.staff import incentives, matrix, packets, service
from market.staff.models import PoolPlace


def staff(world: World, moments: Moments) -> None:
    """Each organisation's needs first, then its people's own agreements."""
    for row in world.staff:
        moments.at(row["day"], "define", partial(_needs, row), what=f"the needs of {row['organisation']}")
        for person, day in row.get("matrix", []):
            moments.at(day, "take", partial(_stand, row, person), what=f"{person} stands in the matrix")
        for said in row.get("incentives", []):
            what = f"{row['organisation']} promises {said[1]}"
            moments.at(said[0], "take", partial(_promise, row, said), what=what)
        for one in row.get("pool", []):
            moments.at(one["day"], "take", partial(_agree, row, one), what=f"{one['person']} may be asked")


def _needs(row: Row, db: Session, cast: Cast) -> None:
    org = cast.org(db, row["organisation"])
    for skill, level in row.get("needs", []):
        matrix.put_need(db, cast.actor(db, row["by"]), org.id, cast.skills[skill], level)


def _promise(row: Row, said: tuple[int, str, str, float], db: Session, cast: Cast) -> None:
    _day, name, text, amount = said
    org_id = cast.orgs[row["organisation"]]
    wanted = select(Achievement.public_id).where(Achievement.org_id == org_id, Achievement.name == name)
    minor = round(100 * amount) or None
    achievement = db.exec(wanted).one()
    incentives.promise_for(db, cast.actor(db, row["by"]), org_id, achievement, text, minor, "GBP")


def _stand(row: Row, person: str, db: Session, cast: Cast) -> None:
    matrix.agree(db, cast.actor(db, person), cast.orgs[row["organisation"]])


def _agree(row: Row, one: Row, db: Session, cast: Cast) -> None:
    made = service.agree(db, cast.actor(db, one["person"]), cast.orgs[row["organisation"]], one["days"])
    if one.get("packet"):
        packets.ask(db, cast.actor(db, row["by"]), db.get_one(Engagement, made.engagement_id))
    for author, text in one.get("notes", []):
        place = db.exec(select(PoolPlace).where(PoolPlace.id == made.id)).one()
        service.note(db, cast.actor(db, author), place, text)
