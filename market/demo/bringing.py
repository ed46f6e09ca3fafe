"""The moments in which people of the demo bring credentials from elsewhere, and in which those are checked.

The issuers of the valley are made up here with keys of their own, and nothing is fetched: an issuer whose document
would have to be asked for cannot be asked, and its credential stays not settled.
"""

import hashlib
import json
from datetime import timedelta
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session

from market import clock
from market.config import Settings
from market.credentials import documents, signing, values
from market.credentials.checking import queue
from market.credentials.checking.models import Check, CheckState
from market.credentials.proofs.sources import Unavailable
from market.credentials.proofs.trust import Registry
from market.credentials.proofs.verify import verify
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World, address_of
from market.skills import queries as skills
from market.skills.models import Skill
from market.trust import queries as known
from market.trust import service as trust
from market.trust.models import Standing
from market.wallet import service, showing
from market.wallet.following import Wallet
from market.wallet.models import Held, Visibility

CAREFUL = 2
"""The level a careful holder says where the credential states none."""
AWAY = Unavailable("no site of this name was found")


def wallets(world: World, moments: Moments) -> None:
    """What moderators decided about issuers, and each credential on the day it was brought."""
    issuers = {row["key"]: row for row in world.issuers}
    for row in world.issuers:
        if row["standing"] != "none":
            moments.at(row["day"], "define", partial(_decide, row), what=f"decide about {row['key']}")
    for row in world.held:
        made: dict[str, int] = {}
        what = f"{row['title']} of {row['person']}"
        moments.at(row["day"], "issue", partial(_bring, row, issuers[row["issuer"]], made), check, what=what)
        if row.get("confirm"):
            moments.at(row["day"], "take", partial(_confirm, row, made), what=f"confirm {what}")
        if "until" in row:
            moments.at(row["until"] + 1, "take", _again(made), check, what=f"check {what} again")
    moments.at(0, "take", check, what="check what is due")


def key_of(row: Row) -> Ed25519PrivateKey:
    """An issuer's key: always the same, since nothing hangs on it."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"demo {row['key']}".encode()).digest())


def did_of(row: Row) -> str:
    return str(row.get("did") or f"did:key:{signing.multikey(signing.public_jwk(key_of(row)))}")


def _decide(row: Row, db: Session, cast: Cast) -> None:
    issuer = trust.meet(db, did_of(row), row["name"])
    trust.decide(
        db,
        cast.actor(db, row["by"]),
        issuer,
        Standing(row["standing"]),
        reason=row["reason"],
        name=row["name"],
        homepage=row.get("homepage", ""),
    )


def _bring(row: Row, issuer: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    see = Visibility.PUBLIC if row.get("public") else Visibility.PRIVATE
    raw = json.dumps(_signed(db, cast, row, issuer)).encode()
    held, _new = service.bring(db, cast.actor(db, row["person"]), raw, name="badge.json", visibility=see)
    made[""] = held.id


def _signed(db: Session, cast: Cast, row: Row, issuer: Row) -> dict[str, Any]:
    """An Open Badge 3.0 as the issuer would have made it."""
    did, now = did_of(issuer), clock.now()
    day = now - (cast.day(row["day"]) - cast.day(row["issued"]))
    alignments = []
    for key, level in row["skills"]:
        skill = db.get_one(Skill, cast.skills[key])
        address = next((one.uri for one in skills.alignments_of(db, skill.id)), "")
        words = f"Level {level} of 5" if level else ""
        alignments.append(values.Alignment(skill.name, address or "https://example.org", "ESCO", words))
    salt = hashlib.sha256(f"{row['person']} {row['title']}".encode()).hexdigest()[:16]
    award = values.Award(
        url=f"urn:uuid:{_uuid(row)}",
        issuer=values.Issuer(did, issuer["name"], issuer.get("homepage", "https://example.org")),
        achievement=values.Achieved(
            url=f"urn:uuid:{_uuid({**row, 'person': ''})}",
            name=row["title"],
            description=row["description"],
            criteria=row["criteria"],
            kind="Certificate",
            alignments=tuple(alignments),
        ),
        valid_from=day,
        valid_until=now + (cast.day(row["until"]) - cast.day(row["day"])) if "until" in row else None,
        email_hash=documents.email_identity(row.get("to") or address_of(row["person"]), salt),
        salt=salt,
    )
    document = documents.credential(award)
    document.pop("credentialStatus", None)
    method = f"{did}#key-1" if "did" in issuer else f"{did}#{did.rpartition(':')[2]}"
    return signing.add_proof(document, key_of(issuer), method, day)


def _uuid(row: Row) -> str:
    digest = hashlib.sha256(f"{row['person']} {row['title']}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def check(db: Session, cast: Cast) -> None:
    """The worker's checks, made here and now and without the web."""
    follower = Wallet(Settings())
    registries = [Registry(roll.name, roll.known, roll.denied) for roll in known.rolls(db)]
    while (found := queue.claim(db, clock.now() + timedelta(hours=1))) is not None:
        raw, person = queue.content_of(db, found.id), follower.person(db, found)
        given: dict[str, Any] = {"at": clock.now(), "person": person, "registries": registries}
        made = verify(raw, **given)
        while made.needs:
            made = verify(raw, documents={need.url: AWAY for need in made.needs}, **given)
        queue.settle(db, found, made)
        if found.state is not CheckState.DONE:  # nobody will ever answer: the regular checks are enough
            found.state = CheckState.DONE
            db.add(found)
        follower.settled(db, found, made)


def _again(made: dict[str, int]) -> Any:
    def again(db: Session, cast: Cast) -> None:
        """Its last day has passed."""
        held = db.get_one(Held, made[""])
        if held.check_id is not None:
            queue.ask_again(db, db.get_one(Check, held.check_id))

    return again


def _confirm(row: Row, made: dict[str, int], db: Session, cast: Cast) -> None:
    """Its holder confirms the skills that it names."""
    actor, held = cast.actor(db, row["person"]), db.get_one(Held, made[""])
    meant = {cast.skills[key] for key, _level in row["skills"]}
    offered = [one for one in showing.offers(db, held) if one.skill_id in meant]
    showing.confirm(db, actor, held, {one.public_id: CAREFUL for one in offered})
