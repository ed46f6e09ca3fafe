"""People for tests of lists: with a profile that may be found, and evidence through the ledger."""

from datetime import date
from itertools import count

from market.accounts import sessions
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.profiles import service as profiles
from market.profiles.models import Visibility
from market.profiles.service import Basics, Spoken
from tests.support.world import Known, World

_sources = count(1)
Shown = tuple[int, Kind, float]  # skill id, kind of evidence, level it showed


def shows(make: World, who: Known, *items: Shown, on: date | None = None) -> None:
    """Evidence of someone's skills, each item from a source and a party of its own."""
    with make.write() as db:
        for skill_id, kind, level in items:
            n = next(_sources)
            party = None if kind in (Kind.CLAIM, Kind.PROJECT) else ("organisation", n)
            evidence.record(
                db,
                person_id=who.id,
                skill_id=skill_id,
                kind=kind,
                reading_milli=round(1000 * level),
                source=("test", n),
                party=party,
                occurred_on=on,
            )


def findable(make: World, who: Known, *, languages: tuple[str, ...] = (), **basics: object) -> Known:
    """A profile that anyone may see, or as said."""
    with make.write() as db:
        actor = sessions.actor_for(db, who.id)
        profiles.save_profile(db, actor, Basics(**{"visibility": Visibility.PUBLIC, **basics}))  # type: ignore[arg-type]
        if languages:
            profiles.set_languages(db, actor, [Spoken(one, "") for one in languages])
    return who


def someone(make: World, *items: Shown, name: str = "", **basics: object) -> Known:
    """Somebody new who may be found."""
    who = findable(make, make.person(name), **basics)  # type: ignore[arg-type]
    shows(make, who, *items)
    return who
