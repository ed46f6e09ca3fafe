"""The things of the wallet in the scene: Amara's credentials, a challenge of hers, an issuer and a register."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from market import clock
from market.access import SYSTEM
from market.accounts import sessions
from market.config import Settings
from market.credentials.checking import queue
from market.credentials.checking.models import Check
from market.credentials.proofs.binding import Person
from market.credentials.proofs.trust import Registry
from market.credentials.proofs.verify import verify
from market.skills.models import Skill, SkillAlignment
from market.trust import service as trust
from market.trust.models import KnownIssuer, RegistryKind, Standing
from market.wallet import identities, showing
from market.wallet import service as wallet
from market.wallet.following import Wallet
from market.wallet.models import Held, Visibility
from tests.credentials import maker
from tests.support.world import World
from tests.wallet import scene

SETTINGS = Settings(public_url="http://testserver")


def build(make: World, skills: dict[str, int]) -> dict[str, dict[str, object]]:
    """The sections, each with the public ids of its things."""
    ids = list(skills.values())
    with make.write() as db:
        issuer = trust.meet(db, maker.ISSUER.did)
        trust.decide(db, SYSTEM, issuer, Standing.ALLOWED, reason="We have met them.", name="Harbour College")
        listed = trust.meet(db, "did:web:aire.example", "Aire")
        url = "https://registry.example/registry.json"
        register = trust.add_registry(db, SYSTEM, RegistryKind.DCC, "Colleges", url)
        trust.take_in(db, register, [], clock.now())
        registry = register.public_id
        db.add(SkillAlignment(skill_id=ids[0], framework="ESCO", uri=scene.ESCO))
        db.add(SkillAlignment(skill_id=ids[1], framework="ESCO", uri=f"{scene.ESCO}2"))
        names = [db.get_one(Skill, one).public_id for one in ids[:2]]
    make.drain()
    private = _held(make, _two_skills(), Visibility.PRIVATE)
    public = _held(make, scene.badge(), Visibility.PUBLIC)
    with make.write() as db:
        actor = sessions.actor_for(db, make.amara.id)
        for held in (private, public):
            showing.confirm(db, actor, db.get_one(Held, held.id), {names[0]: 3})
        waiting, _new = wallet.bring(db, actor, b"{}")
        challenge = identities.challenge(db, actor, "testserver").public_id
        page = identities.link(db, actor, "https://amara.example/me")
        identities.settle(db, page, None, "the page has no link", again=timedelta(days=7))
    person = make.amara.public_id
    return {
        "held-private": {"held": private.public_id, "person": person, "skill": names[0], "other": names[1]},
        "held-public": {"held": public.public_id, "person": person, "skill": names[0]},
        "held-received": {"held": waiting.public_id, "person": person, "skill": names[0]},
        "identifier": {"identifier": challenge},
        "identifier-refused": {"identifier": page.public_id},
        "issuer": {"issuer": _public(make, issuer.id), "registry": registry},
        "issuer-unknown": {"issuer": _public(make, listed.id)},
    }


def _public(make: World, issuer_id: int) -> str:
    with make.read() as db:
        return db.get_one(KnownIssuer, issuer_id).public_id


def _two_skills() -> bytes:
    """A badge that names a second skill, which its holder has not confirmed."""
    made = maker.badge()
    subject = made["credentialSubject"]
    subject.pop("id")
    address = {"hashed": False, "identityHash": "amara@example.org", "identityType": "emailAddress"}
    subject["identifier"] = [{"type": "IdentityObject", **address}]
    alignment = {"type": ["Alignment"], "targetName": "sealing"}
    subject["achievement"]["alignment"] = [
        {**alignment, "targetUrl": scene.ESCO},
        {**alignment, "targetUrl": f"{scene.ESCO}2"},
    ]
    return json.dumps(maker.prove(made)).encode()


def _held(make: World, raw: bytes, visibility: Visibility) -> Held:
    """A credential of Amara's that was checked ten minutes ago, without a child process."""
    registries = [Registry("this site’s own list", {maker.ISSUER.did: "Harbour College"})]
    made: Any = verify(raw, at=clock.now(), person=Person(("amara@example.org",)), registries=registries)
    assert made.verdict == "verified", [one.code for one in made.checks]
    with make.write() as db, clock.standing(clock.now() - timedelta(minutes=10)):
        held, _new = wallet.bring(db, sessions.actor_for(db, make.amara.id), raw, visibility=visibility)
        check = queue.claim(db, clock.now())
        assert check is not None
        queue.settle(db, check, made)
        Wallet(SETTINGS).settled(db, db.get_one(Check, check.id), made)
    make.drain()
    return held
