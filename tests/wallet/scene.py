"""People with credentials: a known issuer, a skill its badges are about, and a worker with a web of a dictionary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import select

from market.access import SYSTEM
from market.accounts import sessions
from market.config import Settings
from market.credentials.checking.work import Checker
from market.credentials.child import Verifier
from market.evidence.models import Evidence
from market.skills.models import SkillAlignment
from market.trust import service as trust
from market.trust.models import Standing
from market.wallet import service
from market.wallet.following import Wallet
from market.wallet.models import Held, Visibility
from market.wallet.proving import PROVING
from tests.credentials import maker
from tests.credentials.checking_scene import Web
from tests.opportunities import postings
from tests.support.world import Known, World

ESCO = "http://data.europa.eu/esco/skill/0001"
LIST = "https://issuer.example/status/1"
SETTINGS = Settings(public_url="http://testserver")


def worker(verifier: Verifier, web: Web | None = None) -> Checker:
    """The worker's errand as `serving` puts it together, with a web of the test's own."""
    return Checker(SETTINGS, follower=Wallet(SETTINGS), web=web or Web(), verifier=verifier, also=(PROVING,))


def know(make: World, uri: str = maker.ISSUER.did, name: str = "Harbour College") -> int:
    """Have the site know the issuer; its inner id."""
    with make.write() as db:
        one = trust.meet(db, uri)
        trust.decide(db, SYSTEM, one, Standing.ALLOWED, reason="We have met them.", name=name)
    make.drain()
    return one.id


def refuse(make: World, uri: str = maker.ISSUER.did) -> None:
    with make.write() as db:
        one = trust.meet(db, uri)
        trust.decide(db, SYSTEM, one, Standing.DENIED, reason="It sells badges.", name="A mill")
    make.drain()


def skill(make: World, name: str = "Seal roof seams", uri: str = ESCO) -> int:
    """A skill of the taxonomy that has an address of ESCO's."""
    made = postings.skills(make, name)[name]
    if uri:
        with make.write() as db:
            db.add(SkillAlignment(skill_id=made, framework="ESCO", uri=uri))
    return made


def badge(
    to: str = "amara@example.org", *, level: str = "", status: Any = None, signer: Any = None, **changes: Any
) -> bytes:
    """A signed badge awarded to an e-mail address, aligned to the skill, which states a level when asked to."""
    made = maker.badge(**changes)
    subject = made["credentialSubject"]
    if to:
        subject.pop("id", None)
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": to,
                "identityType": "emailAddress",
            }
        ]
    alignment = subject["achievement"]["alignment"][0]
    alignment["targetUrl"] = ESCO.replace("http:", "https:")
    if level:
        alignment["targetDescription"] = level
    if status is not None:
        made["credentialStatus"] = status
    if signer is not None:
        made["issuer"]["id"] = signer.did
        return json.dumps(maker.prove(made, signer)).encode()
    return json.dumps(maker.prove(made)).encode()


def bring(make: World, raw: bytes, who: Known | None = None, *, public: bool = False, name: str = "") -> int:
    """Have someone (Amara) bring a credential; its inner id."""
    who = who or make.amara
    see = Visibility.PUBLIC if public else Visibility.PRIVATE
    with make.write() as db:
        held, _new = service.bring(db, sessions.actor_for(db, who.id), raw, name=name, visibility=see)
        return held.id


def held(make: World, held_id: int) -> Held:
    with make.read() as db:
        return db.get_one(Held, held_id)


def checked(make: World, errand: Checker, raw: bytes, who: Known | None = None, **more: Any) -> Held:
    """A credential that was brought and checked."""
    made = bring(make, raw, who, **more)
    errand.run(make.engine)
    make.drain()
    return held(make, made)


def ledger(make: World, who: Known | None = None) -> list[Evidence]:
    """The standing rows of someone's ledger that came from credentials, oldest first."""
    who = who or make.amara
    with make.read() as db:
        rows = list(
            db.exec(
                select(Evidence).where(Evidence.person_id == who.id, Evidence.source_kind == "held_skill")
            )
        )
    voided = {row.voids_id for row in rows}
    return [row for row in rows if row.voids_id is None and row.id not in voided]


def confirm(make: World, held_id: int, levels: Mapping[str, int] | None = None) -> int:
    """Have Amara confirm what is offered (or just `levels`: public id of a skill to level)."""
    from market.wallet import showing

    with make.write() as db:
        actor = sessions.actor_for(db, make.amara.id)
        one = db.get_one(Held, held_id)
        chosen = levels if levels is not None else {offer.public_id: 3 for offer in showing.offers(db, one)}
        return showing.confirm(db, actor, one, chosen)
