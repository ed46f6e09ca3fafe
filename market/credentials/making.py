"""From the rows of a credential to its signed document: what the worker does with a draft."""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Email, Organisation
from market.credentials import address, documents, keys, lists, queries, signing
from market.credentials.models import (
    Achievement,
    Issued,
    IssuedPart,
    IssuingAddress,
    Signed,
    StatusEntry,
    StatusList,
)
from market.credentials.rules import KeyKind, Status
from market.credentials.values import Achieved, Alignment, Award, Criterion, Evidence, Issuer, Place
from market.db import new_public_id
from market.errors import Conflict
from market.rubrics.queries import rubric_with_criteria
from market.words import _

HIGHEST = 5  # of the scale of levels


def issuer_of(org: Organisation, base: IssuingAddress) -> Issuer:
    """The organisation as it stands in what it issues under an address."""
    did = documents.did_web(base.public_url, "o", org.public_id)
    return Issuer(did, org.name, f"{base.public_url}/organisations/{org.public_id}")


def achieved(
    db: Session, achievement: Achievement, base: IssuingAddress, chosen: dict[int, int] | None = None
) -> Achieved:
    """The achievement as it stands in documents; `chosen` are steps that have to be among those described."""
    site, chosen = base.public_url, chosen or {}
    rubric: list[Criterion] = []
    if achievement.rubric_id is not None:
        view = rubric_with_criteria(db, achievement.rubric_id)
        for c in view.criteria:
            steps = tuple(
                (s.step, s.anchor) for s in c.steps if s.anchor.strip() or chosen.get(c.id) == s.step
            )
            asked = c.needed or not view.needed_names
            rubric.append(Criterion(c.id, c.name, steps, view.rubric.pass_mark if asked else None))
    return Achieved(
        url=f"{site}/achievements/{achievement.public_id}",
        name=achievement.name,
        description=achievement.description,
        criteria=achievement.criteria,
        kind=achievement.kind,
        version=achievement.version,
        language=achievement.language,
        alignments=tuple(
            Alignment(
                row.name,
                row.uri or f"{site}/skills/{row.public_id}",
                row.framework or address.site_of(db).name,
                _("Level %(level)s of %(highest)s", level=row.level, highest=HIGHEST),
            )
            for row in queries.skills_of(db, achievement.id)
        ),
        rubric=tuple(rubric),
        image=f"{site}/achievements/{achievement.public_id}/badge.png",
    )


def sign(db: Session, issued: Issued) -> Signed:
    """Sign a credential as it stands, under the address and the keys in use; it is the one that counts from now on.

    A credential that was signed before keeps its subject and, under the same address, its places in the status lists.
    Raises `Conflict` when there is nothing to make it out to or the public address has changed, `KeyUnusable`.
    """
    base = address.fixed(db)
    org = db.get_one(Organisation, issued.org_id)
    before = queries.signed_of(db, issued)
    chosen = {one["criterion_id"]: one["step"] for one in issued.facts.get("results", ())}
    award = Award(
        url=f"{base.public_url}/credentials/{issued.public_id}",
        issuer=issuer_of(org, base),
        achievement=achieved(db, db.get_one(Achievement, issued.achievement_id), base, chosen),
        valid_from=issued.valid_from,
        valid_until=issued.valid_until,
        results=tuple(chosen.items()),
        evidence=_evidence(db, issued, base),
        status=_place(db, issued, base),
        **(_subject_before(before) if before else subject_of(db, issued.person_id)),
    )
    plain, now = documents.credential(award), clock.now()
    key, private = keys.signing_key(db, org.id, KeyKind.ED25519)
    assert isinstance(private, Ed25519PrivateKey)
    signed = signing.add_proof(plain, private, f"{award.issuer.did}#{key.name}", now)
    made = Signed(
        issued_id=issued.id, address_id=base.id, key_id=key.id, document=signing.as_text(signed), at=now
    )
    if award.subject:
        token_key, token_private = keys.signing_key(db, org.id, KeyKind.RSA)
        assert isinstance(token_private, RSAPrivateKey)
        kid = f"{base.public_url}/keys/{token_key.public_id}"
        made.token, made.token_key_id = signing.as_token(plain, token_private, kid), token_key.id
    db.add(made)
    db.flush()
    issued.signed_id = made.id
    db.add(issued)
    db.flush()
    return made


def subject_of(db: Session, person_id: int) -> dict[str, str]:
    """How a person is named in a credential: the DID they proved last, else their confirmed address, hashed."""
    dids = [one for one in address.site_of(db).proved(db, person_id) if one.startswith("did:")]
    if dids:
        return {"subject": dids[-1]}
    address_row = db.exec(
        select(Email)
        .where(Email.person_id == person_id, col(Email.verified_at).is_not(None))
        .order_by(col(Email.is_primary).desc(), col(Email.id))
    ).first()
    if address_row is None:
        raise Conflict(_("This person has no confirmed e-mail address, so nothing can be made out to them."))
    salt = secrets.token_hex(16)
    return {"email_hash": documents.email_identity(address_row.address, salt), "salt": salt}


def _subject_before(signed: Signed) -> dict[str, str]:
    found: dict[str, Any] = json.loads(signed.document)["credentialSubject"]
    if "id" in found:
        return {"subject": found["id"]}
    identity = found["identifier"][0]
    return {"email_hash": identity["identityHash"], "salt": identity["salt"]}


def _evidence(db: Session, issued: Issued, base: IssuingAddress) -> tuple[Evidence, ...]:
    """What the issuer named, and the credentials that this one builds upon."""
    named = [
        Evidence(one["name"], one["narrative"] or "", one["url"] or "", one["sha256"] or "")
        for one in issued.facts.get("evidence", ())
    ]
    parts = db.exec(
        select(Issued.public_id, Achievement.name)
        .join(IssuedPart, col(IssuedPart.part_id) == col(Issued.id))
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .where(IssuedPart.issued_id == issued.id)
        .order_by(col(Issued.id))
    ).all()
    built_on = [
        Evidence(name, url=f"{base.public_url}/credentials/{public_id}", genre="Credential")
        for public_id, name in parts
    ]
    return (*named, *built_on)


def _place(db: Session, issued: Issued, base: IssuingAddress) -> Place:
    """Its place in a list of this address, taken where it has none that says what is true of it now.

    A set bit stays set, so what is reinstated after a suspension gets another place.
    """
    withdrawn = issued.status is Status.SUSPENDED
    found = db.exec(
        select(StatusList, StatusEntry.position)
        .join(StatusEntry, col(StatusEntry.list_id) == col(StatusList.id))
        .where(
            StatusEntry.issued_id == issued.id,
            StatusEntry.is_set == withdrawn,
            StatusList.address_id == base.id,
        )
    ).first()
    where, position = found or lists.take_place(db, issued, base, is_set=withdrawn)
    if where.signed is None:
        lists.sign(db, where)
    return Place(lists.url_of(base, where), position)


def record(db: Session, person_id: int, brought: Sequence[dict[str, Any]] = ()) -> str | None:
    """A person's accepted credentials as one CLR 2.0 document, signed by the site now; None where there is none.

    `brought` are verified credentials of theirs from elsewhere; one that cannot stand inside a signed document, as its
    contexts contradict those of the record, is left out. It reads only: the site's key is made when a first credential
    is accepted. Each credential stays in it as its issuer signed it, those that count now and no others. Raises
    `Conflict`, `KeyUnusable`.
    """
    base, key = address.current(db), keys.active(db, None, KeyKind.ED25519)
    accepted = [one for one in queries.issued_to(db, person_id) if one.status is Status.ACCEPTED]
    signed = [one for issued in accepted if (one := queries.signed_of(db, issued)) is not None]
    inner: list[dict[str, Any]] = [json.loads(one.document) for one in signed]
    if base is None or key is None or not (inner or brought):
        return None
    site, now = address.site_of(db), clock.now()
    did = documents.did_web(base.public_url)
    url, who = f"{base.public_url}/records/{new_public_id()}", subject_of(db, person_id)
    private = keys.private_of(db, key)
    assert isinstance(private, Ed25519PrivateKey)

    def made(parts: Sequence[dict[str, Any]]) -> str:
        issuer = Issuer(did, site.name, base.public_url)
        title = _("Everything earned at %(site)s", site=site.name)
        plain = documents.record(url, issuer, title, parts, now, **who)
        return signing.as_text(signing.add_proof(plain, private, f"{did}#{key.name}", now))

    try:
        return made([*inner, *brought])
    except ValueError:
        fitting = [one for one in brought if _fits(made, one)]
        return made([*inner, *fitting]) if inner or fitting else None


def _fits(made: Callable[[Sequence[dict[str, Any]]], str], one: dict[str, Any]) -> bool:
    """Can a record hold it and be signed whole?"""
    try:
        made([one])
    except ValueError:
        return False
    return True
