"""The moments of organisations' own people: agreements given, notes kept, skills needed."""

from functools import partial

from sqlmodel import Session, select

from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World
from market.staff import matrix, service
from market.staff.models import PoolPlace


def staff(world: World, moments: Moments) -> None:
    """Each organisation's needs first, then its people's own agreements."""
    for row in world.staff:
        moments.at(row["day"], "define", partial(_needs, row), what=f"the needs of {row['organisation']}")
        for person, day in row.get("matrix", []):
            moments.at(day, "take", partial(_stand, row, person), what=f"{person} stands in the matrix")
        for one in row.get("pool", []):
            moments.at(one["day"], "take", partial(_agree, row, one), what=f"{one['person']} may be asked")


def _needs(row: Row, db: Session, cast: Cast) -> None:
    org = cast.org(db, row["organisation"])
    for skill, level in row.get("needs", []):
        matrix.put_need(db, cast.actor(db, row["by"]), org.id, cast.skills[skill], level)


def _stand(row: Row, person: str, db: Session, cast: Cast) -> None:
    matrix.agree(db, cast.actor(db, person), cast.orgs[row["organisation"]])


def _agree(row: Row, one: Row, db: Session, cast: Cast) -> None:
    made = service.agree(db, cast.actor(db, one["person"]), cast.orgs[row["organisation"]], one["days"])
    for author, text in one.get("notes", []):
        place = db.exec(select(PoolPlace).where(PoolPlace.id == made.id)).one()
        service.note(db, cast.actor(db, author), place, text)
