"""Status lists: a random place for each credential, and the signed list, made anew on change and before it runs out."""

import logging
import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Organisation
from market.credentials import documents, keys, signing
from market.credentials.models import Issued, IssuingAddress, StatusEntry, StatusList
from market.credentials.rules import KeyKind
from market.errors import Conflict

log = logging.getLogger(__name__)

LASTS = timedelta(hours=24)  # a list is good for
AHEAD = timedelta(hours=12)  # and is signed anew this long before it runs out
FULL = 2  # a list takes size / FULL credentials: then a free place is found at once, and a new list begins
MOST_AT_ONCE = 200


def url_of(address: IssuingAddress, status_list: StatusList) -> str:
    """Where the list lies: what stands in credentials."""
    return f"{address.public_url}/status/{status_list.public_id}"


def take_place(
    db: Session, issued: Issued, address: IssuingAddress, *, is_set: bool = False
) -> tuple[StatusList, int]:
    """A place for this credential in an open list of its issuer, at random; `is_set` where it is withdrawn already."""
    found = db.exec(
        select(StatusList)
        .where(
            StatusList.org_id == issued.org_id,
            StatusList.address_id == address.id,
            StatusList.taken < col(StatusList.size) // FULL,
        )
        .order_by(col(StatusList.id))
        .with_for_update()
    ).first()
    if found is None:
        found = StatusList(org_id=issued.org_id, address_id=address.id)
        db.add(found)
        db.flush()
    while True:
        position = secrets.randbelow(found.size)
        if db.get(StatusEntry, (found.id, position)) is None:
            break
    db.add(StatusEntry(list_id=found.id, position=position, issued_id=issued.id, is_set=is_set))
    found.taken += 1
    found.is_stale = found.is_stale or is_set
    db.add(found)
    db.flush()
    return found, position


def sign(db: Session, status_list: StatusList) -> None:
    """Sign the list as it stands now. Raises what `keys.signing_key` raises."""
    address = db.get_one(IssuingAddress, status_list.address_id)
    org = db.get_one(Organisation, status_list.org_id)
    did = documents.did_web(address.public_url, "o", org.public_id)
    key, private = keys.signing_key(db, status_list.org_id, KeyKind.ED25519)
    assert isinstance(private, Ed25519PrivateKey)
    now = clock.now()
    positions = db.exec(
        select(StatusEntry.position).where(
            StatusEntry.list_id == status_list.id,
            col(StatusEntry.is_set).is_(True),
        )
    ).all()
    made = documents.status_list(
        url_of(address, status_list),
        did,
        documents.encoded_list(positions, status_list.size),
        now,
        now + LASTS,
    )
    signed = signing.add_proof(made, private, f"{did}#{key.name}", now)
    status_list.signed = signing.as_text(signed)
    status_list.signed_at, status_list.signed_until = now, now + LASTS
    status_list.is_stale = False
    db.add(status_list)
    db.flush()


def refresh(db: Session, now: datetime) -> int:
    """Timer: sign what changed, and what runs out within half a day."""
    due = db.exec(
        select(StatusList)
        .where(
            col(StatusList.is_stale).is_(True)
            | col(StatusList.signed_until).is_(None)
            | (col(StatusList.signed_until) <= now + AHEAD)
        )
        .order_by(col(StatusList.id))
        .limit(MOST_AT_ONCE)
        .with_for_update()
    ).all()
    done = 0
    for one in due:
        try:
            sign(db, one)
            done += 1
        except (signing.KeyUnusable, Conflict):  # one issuer's trouble holds up no other's list
            log.exception("a status list could not be signed", extra={"status_list": one.public_id})
    return done
