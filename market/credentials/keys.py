"""Signing keys: made when first needed, rotated, removed when compromised, backed up and restored, and moved along.

A new key is listed before it signs anything; one that is replaced stays listed, so that what it signed holds; one that
is compromised is listed nowhere, and the worker signs anew whatever it had signed.
"""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from market import clock
from market.access import SYSTEM
from market.accounts.models import Organisation
from market.credentials import address, rules, signing
from market.credentials.models import Issued, IssuerKey, IssuingAddress, Signed, StatusList
from market.credentials.rules import KeyKind, KeyStatus
from market.credentials.signing import KeyUnusable, Private
from market.db import transaction
from market.errors import Conflict, Invalid
from market.outbox import announce

FORMAT = "foothold-keys-1"
SHORTEST_PHRASE = 16


def listed(db: Session, org_id: int | None) -> list[IssuerKey]:
    """The keys that the DID document of an organisation (or of the site) lists, oldest first."""
    wanted = select(IssuerKey).where(IssuerKey.org_id == org_id, IssuerKey.status != KeyStatus.COMPROMISED)
    return list(db.exec(wanted.order_by(col(IssuerKey.id))).all())


def active(db: Session, org_id: int | None, kind: KeyKind) -> IssuerKey | None:
    """The key that signs now."""
    return db.exec(
        select(IssuerKey)
        .where(IssuerKey.org_id == org_id, IssuerKey.kind == kind, IssuerKey.status == KeyStatus.ACTIVE)
        .order_by(col(IssuerKey.id).desc())
    ).first()


def signing_key(db: Session, org_id: int | None, kind: KeyKind) -> tuple[IssuerKey, Private]:
    """The key that signs now with its private half, made when there is none. Raises `KeyUnusable`, `Conflict`."""
    address.fixed(db)
    if org_id is not None:  # one at a time: two workers would else each make the first key
        db.exec(
            select(Organisation.id).where(Organisation.id == org_id).with_for_update(key_share=True)
        ).one()
    found = active(db, org_id, kind) or create(db, org_id, kind)
    return found, private_of(db, found)


def create(db: Session, org_id: int | None, kind: KeyKind, *, path: Path | None = None) -> IssuerKey:
    """A new key that signs from now on. With `path`, its private half is that PEM file and stays there.

    Raises `Invalid` for a file that holds no such key.
    """
    address.fixed(db)
    if path is None:
        private = signing.new_private(kind)
        sealed = signing.seal(private, address.secret_to_seal(db))
    else:
        try:
            private, sealed = signing.unseal(path.read_text("utf-8"), None), None
        except (OSError, ValueError) as cause:
            raise Invalid(f"{path} holds no unencrypted private key in PEM form that can sign.") from cause
        if signing.kind_of(private) is not kind:
            raise Invalid(f"{path} holds a key of another kind than {kind}.")
    made = IssuerKey(
        org_id=org_id,
        kind=kind,
        name=_free_name(db, org_id, kind),
        public=signing.public_jwk(private),
        sealed=sealed,
        path=str(path.resolve()) if path else None,
    )
    db.add(made)
    db.flush()
    announce(db, "issuer_key.created", SYSTEM, subject=("issuer_key", made.id), org_id=org_id)
    return made


def make_ahead(engine: Engine) -> int:
    """Errand: have an RSA key at hand before an organisation's first token asks for one inside its transaction.

    1 when one was made. It belongs to nobody until then, and is listed nowhere.
    """
    if signing.is_ahead():
        return 0
    with transaction(engine, write=False) as db:
        has_key = select(IssuerKey.id).where(
            IssuerKey.org_id == Organisation.id,
            IssuerKey.kind == KeyKind.RSA,
            IssuerKey.status == KeyStatus.ACTIVE,
        )
        wanted = select(Organisation.id).where(col(Organisation.is_issuer).is_(True), ~has_key.exists())
        if db.exec(wanted.limit(1)).first() is None:
            return 0
    signing.make_ahead()
    return 1


def _free_name(db: Session, org_id: int | None, kind: KeyKind) -> str:
    """`key-2026-11`, and a number behind it for a second one in a month."""
    base = f"key-{clock.now():%Y-%m}" + ("-rs256" if kind is KeyKind.RSA else "")
    taken = set(db.exec(select(IssuerKey.name).where(IssuerKey.org_id == org_id)).all())
    return next(name for n in range(1, 10_000) if (name := base if n == 1 else f"{base}-{n}") not in taken)


def private_of(db: Session, key: IssuerKey) -> Private:
    """The private half, read and compared with the public one. Raises `KeyUnusable`."""
    if key.path is not None:
        try:
            private = signing.unseal(Path(key.path).read_text("utf-8"), None)
        except OSError as cause:
            raise KeyUnusable(f"The private key of {key.name} is not at {key.path}.") from cause
    else:
        private = signing.unseal(key.sealed or "", address.secret_of(db))
    if signing.public_jwk(private) != key.public:
        raise KeyUnusable(f"The private key of {key.name} does not belong to its public half.")
    return private


def rotate(db: Session, org_id: int | None, kind: KeyKind, *, path: Path | None = None) -> IssuerKey:
    """A new key signs from now on; the ones before stay listed, and sign nothing more."""
    made = create(db, org_id, kind, path=path)
    for old in listed(db, org_id):
        if old.kind is kind and old.status is KeyStatus.ACTIVE and old.id != made.id:
            _retire(db, old)
    _mark_stale(db, org_id)
    return made


def _retire(db: Session, key: IssuerKey) -> None:
    key.status, key.retired_at = KeyStatus.RETIRED, clock.now()
    db.add(key)
    db.flush()
    announce(db, "issuer_key.retired", SYSTEM, subject=("issuer_key", key.id), org_id=key.org_id)


def compromise(db: Session, key: IssuerKey) -> int:
    """Take a key out of use for good: it is listed nowhere, and what it signed that still counts is signed anew.

    How many credentials the worker will sign anew. Raises `Conflict` when it was marked before.
    """
    if key.status is KeyStatus.COMPROMISED:
        raise Conflict(f"{key.name} is marked as compromised already.")
    was_active = key.status is KeyStatus.ACTIVE
    key.status, key.compromised_at = KeyStatus.COMPROMISED, clock.now()
    db.add(key)
    db.flush()
    if was_active and active(db, key.org_id, key.kind) is None:
        create(db, key.org_id, key.kind)
    announce(db, "issuer_key.compromised", SYSTEM, subject=("issuer_key", key.id), org_id=key.org_id)
    _mark_stale(db, key.org_id)
    wanted = (
        select(Issued)
        .join(Signed, col(Signed.id) == col(Issued.signed_id))
        .where((Signed.key_id == key.id) | (Signed.token_key_id == key.id))
    )
    return _ask_anew(db, list(db.exec(wanted).all()))


def move(db: Session, public_url: str) -> tuple[IssuingAddress, int]:
    """Issue under another public address from now on, and sign what still counts anew under it.

    The new address and how many credentials the worker will sign anew. DID documents and status lists of the old
    address are still made, for as long as its name leads here. The setting has to name it already. Raises `Conflict`.
    """
    public_url = public_url.rstrip("/")
    if public_url != address.site_of(db).public_url:
        raise Conflict(f"Set MARKET_PUBLIC_URL={public_url} and start the site again, then move.")
    now = address.current(db)
    if now is None:
        raise Conflict("Nothing was issued yet, so there is nothing to move: set MARKET_PUBLIC_URL.")
    if now.public_url == public_url:
        raise Conflict(f"Credentials are issued under {public_url} already.")
    made = address.use(db, public_url)
    announce(db, "issuing_address.moved", SYSTEM, subject=("issuing_address", made.id))
    wanted = select(Issued).where(col(Issued.signed_id).is_not(None))
    return made, _ask_anew(db, list(db.exec(wanted).all()))


def _ask_anew(db: Session, found: list[Issued]) -> int:
    standing = [one for one in found if one.status in rules.STANDING]
    for one in standing:
        announce(db, "credential.signing_asked", SYSTEM, subject=("issued", one.id), issued_id=one.id)
    return len(standing)


def _mark_stale(db: Session, org_id: int | None) -> None:
    """Have the lists of an organisation signed anew, by the key that signs now."""
    db.exec(update(StatusList).where(col(StatusList.org_id) == org_id).values(is_stale=True))


def back_up(db: Session, phrase: str) -> str:
    """All keys as JSON text, the private halves each an encrypted PEM under `phrase` (16 characters or more).

    Keys given by file are in it as well. Raises `Invalid`, `KeyUnusable`.
    """
    _check_phrase(phrase)
    orgs = dict(db.exec(select(Organisation.id, Organisation.public_id)).all())
    found = db.exec(select(IssuerKey).order_by(col(IssuerKey.id))).all()
    now = address.current(db)
    return json.dumps(
        {
            "format": FORMAT,
            "made_at": signing.stamp(clock.now()),
            "public_url": now.public_url if now else None,
            "keys": [
                {
                    "organisation": None if key.org_id is None else orgs[key.org_id],
                    "name": key.name,
                    "kind": key.kind,
                    "status": key.status,
                    "created_at": signing.stamp(key.created_at),
                    "public": key.public,
                    "private": signing.seal(private_of(db, key), phrase),
                }
                for key in found
                if key.status is not KeyStatus.COMPROMISED
            ],
        },
        indent=1,
    )


def restore(db: Session, text: str, phrase: str) -> tuple[int, int]:
    """Take the keys of a backup in: (how many were added, how many got their private half back).

    A key that is there and can be read stays as it is. Raises `Invalid` for another file or phrase, and for an
    organisation that is not here.
    """
    try:
        plain = json.loads(text)
        rows: list[dict[str, Any]] = plain["keys"]
        if plain["format"] != FORMAT:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise Invalid("This is no backup of keys made by `market keys backup`.") from None
    orgs = {one: i for i, one in db.exec(select(Organisation.id, Organisation.public_id)).all()}
    _settle_address(db, plain.get("public_url"))
    added = mended = 0
    secret = ""
    for row in rows:
        if row["organisation"] is not None and row["organisation"] not in orgs:
            raise Invalid(f"There is no organisation {row['organisation']} here. Restore the database first.")
        org_id = None if row["organisation"] is None else orgs[row["organisation"]]
        try:
            private = signing.unseal(row["private"], phrase)
        except KeyUnusable:
            raise Invalid("The pass phrase is not the one of this backup.") from None
        if signing.public_jwk(private) != row["public"]:
            raise Invalid(f"{row['name']} does not belong to its public half: the file was changed.")
        secret = secret or address.secret_of(db, create=True)
        known = db.exec(
            select(IssuerKey).where(IssuerKey.org_id == org_id, IssuerKey.name == row["name"])
        ).first()
        if known is None:
            db.add(
                IssuerKey(
                    org_id=org_id,
                    kind=KeyKind(row["kind"]),
                    name=row["name"],
                    public=row["public"],
                    sealed=signing.seal(private, secret),
                    status=KeyStatus(row["status"]),
                )
            )
            added += 1
        elif known.public != row["public"]:
            raise Invalid(f"There is another key called {row['name']} here already.")
        elif not _is_readable(db, known):
            known.sealed, known.path = signing.seal(private, secret), None
            db.add(known)
            mended += 1
    db.flush()
    return added, mended


def _settle_address(db: Session, public_url: str | None) -> None:
    if public_url and address.current(db) is None:
        db.add(IssuingAddress(public_url=public_url))
        db.flush()


def _is_readable(db: Session, key: IssuerKey) -> bool:
    try:
        private_of(db, key)
    except (KeyUnusable, Conflict):
        return False
    return True


def _check_phrase(phrase: str) -> None:
    if len(phrase) < SHORTEST_PHRASE:
        raise Invalid(f"Choose a pass phrase of {SHORTEST_PHRASE} characters or more.")
