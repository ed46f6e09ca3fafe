"""Rubrics of the bakery's library, for tests."""

from market.accounts.sessions import actor_for
from market.rubrics import library
from market.rubrics.models import Rubric
from tests.opportunities.postings import skills
from tests.support.world import World

SKILLS = ("Data cleaning", "Spreadsheets")


def in_library(
    make: World, *, finished: bool = False, title: str = "", known: dict[str, int] | None = None
) -> Rubric:
    """Begun by Bruno with the words for a list, two criteria; finished or not."""
    known = known or skills(make, *SKILLS)
    with make.write() as db:
        bruno = actor_for(db, make.bruno.id)
        made = library.begin(db, bruno, make.bakery.id, title, "list", known.get)
        if finished:
            library.finish(db, bruno, made)
        return made
