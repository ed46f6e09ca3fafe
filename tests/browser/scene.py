"""What was there before the loop begins: passwords, an earlier opening like the new one, and who applied to it."""

from sqlmodel import col, select

from market.accounts import service as accounts
from market.accounts.passwords import hash_password
from market.evidence.models import Kind
from market.skills.models import Skill
from tests.applications import scene
from tests.evidence.ledger import record
from tests.support.world import NOW, Known, World

PASSWORD = "seven brown loaves"
SKILLS = ("Stock control", "Spreadsheets")


def with_password(make: World, *people: Known) -> None:
    """Let them sign in through the form."""
    for who in people:
        actor = make.actor(who)
        with make.write() as db:
            accounts.change_password(db, actor, hash_password(PASSWORD))
    make.drain()


def skill_ids(make: World) -> dict[str, int]:
    with make.read() as db:
        found = db.exec(select(Skill).where(col(Skill.name).in_(SKILLS))).all()
    ids = {skill.name: skill.id for skill in found}
    return {name: ids[name] for name in SKILLS}  # in this order: the first becomes the essential one


def earlier_opening(make: World) -> str:
    """An opening like the one to come, its public id. Amara applied to it with nothing to show, and Joel, who has a
    little: an endorsement at level 2. So he stands above her."""
    known = skill_ids(make)
    joel = make.person("Joel Adeyemi", email="joel@example.net")
    with make.write() as db:
        bakery = ("organisation", make.bakery.id)
        for number, skill_id in enumerate(known.values()):
            record(
                db,
                joel.id,
                skill_id,
                Kind.ENDORSEMENT,
                2,
                number,
                party=bakery,
                occurred_on=NOW.date(),
            )
    opening = scene.opening(make, known=known, title="A stock list for our stall at the market")
    scene.applied(make, opening, joel)
    scene.applied(make, opening, make.amara)
    make.drain()
    return scene.public_id(make, opening)
