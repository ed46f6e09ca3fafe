"""The world in which the table is tested: who asks, and one thing in each state that a row of the table speaks of.

Everything was made through the services. What the test needs to know of it (tokens, public ids) lies in a table of its
own in the same database, since another worker of the run may have made it.
"""

import json
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, make_url, text
from sqlmodel import select

from market import clock
from market.config import Settings
from market.credentials import issuing, keys
from market.credentials.address import with_issuing
from market.credentials.checking import queue
from market.credentials.models import Issued, StatusList
from market.credentials.rules import KeyKind
from market.db import connect
from market.files.service import with_files
from market.pathways.models import Pathway
from tests.authorisation import scene_wallet
from tests.authorisation.scene_people import People
from tests.authorisation.scene_work import Works
from tests.credentials import issued_scene as issued
from tests.pathways import scene as pathways
from tests.rubrics import library_scene
from tests.support.world import NOW, World, settle


class Built(NamedTuple):
    """What the test needs to know: the tokens of the people who ask, and the ids of the things of each section."""

    tokens: dict[str, str]
    sections: dict[str, dict[str, str]]


def files_folder(url: str) -> Path:
    """Where the uploads of the template lie; each copy of it reads them from there."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        return Path(where.database or "").parent / "matrix-files"
    return Path(str(where.query["host"])) / "matrix-files"  # beside the server's socket


def build(url: str) -> None:
    """Make the whole scene in an empty database."""
    settle(url)
    engine = connect(url)
    settings = Settings(data=files_folder(url), public_url="http://testserver")
    try:
        with clock.standing(NOW):
            built = _Scene(World(with_issuing(with_files(engine, settings), settings))).tell()
        with engine.begin() as db:
            db.execute(text("CREATE TABLE matrix (told TEXT NOT NULL)"))
            db.execute(text("INSERT INTO matrix VALUES (:told)"), {"told": json.dumps(built)})
    finally:
        engine.dispose()


def recall(engine: Engine) -> Built:
    """What `build` kept."""
    with engine.connect() as db:
        return Built(*json.loads(db.execute(text("SELECT told FROM matrix")).scalar_one()))


class _Scene(Works, People):
    """The people first, then the things, section by section."""

    def tell(self) -> Built:
        for step in (
            self._organisations, self._openings, self._programmes, self._applications, self._works, self._staff, self._learning, self._appealed,
            self._profiles, self._own, self._skills, self._cases, self._credentials, self._pathways, self._wallet, self._entering,
        ):  # fmt: skip
            step()
            self.make.drain()
        return Built(self.tokens, self.sections)

    def _wallet(self) -> None:
        for section, ids in scene_wallet.build(self.make, self.skills).items():
            self._put(section, **ids)

    def _pathways(self) -> None:
        make = self.make
        target, *parts = (pathways.achievement(make, name) for name in ("Baker", "Bread", "Cakes"))
        inner = pathways.achievement(make, "Shift lead")
        made = {
            "pathway-draft": pathways.draft(make, target, parts),
            "pathway-published": pathways.publish(make, pathways.draft(make, target, parts)),
            "pathway-members": pathways.publish(make, pathways.draft(make, inner, parts, for_members=True)),
        }
        with make.read() as db:
            for section, pathway_id in made.items():
                self._put(section, pathway=db.get_one(Pathway, pathway_id).public_id)

    def _credentials(self) -> None:
        make = self.make
        for section, is_finished in (("rubric-draft", False), ("rubric-finished", True)):
            rubric = library_scene.in_library(make, finished=is_finished, known=self.skills)
            self._put(section, rubric=rubric.public_id)
        draft, out = issued.achievement(make, published=False), issued.achievement(make)
        self._put("achievement-draft", achievement=draft.public_id)
        self._put("achievement-published", achievement=out.public_id)

        def one(section: str, made: Issued) -> None:
            self._put(section, credential=made.public_id)

        one("credential-offered", issued.given(make, issued.achievement(make)))
        one("credential-public", issued.accepted(make, issued.achievement(make)))
        one("credential-private", issued.accepted(make, issued.achievement(make), public=False))
        with make.write() as db:
            self._put("check", check=queue.check_document(db, b"{}").public_id)
            hers = queue.check_document(db, b"[]", person_id=make.amara.id)
            self._put("check-of-a-person", check=hers.public_id)
        suspended = issued.accepted(make, issued.achievement(make))
        one(
            "credential-suspended",
            issued.step(make, make.bruno, suspended, issuing.suspend, "We look into it."),
        )

        with make.write() as db:
            key, _private = keys.signing_key(db, None, KeyKind.ED25519)
            listed = db.exec(select(StatusList.public_id)).first()
        self._put("issuing", organisation=make.bakery.public_id, key=key.public_id, list=listed)
        self._put("issuing-nothing", organisation="none", key="none", list="none")
