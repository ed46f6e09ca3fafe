"""What this site publishes as an issuer, read from the database: DID documents, keys, status lists, profiles.

The routes serve it to the world, and our own verifier reads it here instead of fetching from ourselves.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from market.access import VISITOR
from market.accounts.models import Organisation
from market.credentials import address, documents, keys, making, queries, rules, signing
from market.credentials.models import Achievement, Issued, IssuerKey, IssuingAddress, StatusList
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.rules import AchievementStatus, KeyKind, KeyStatus

_PATH = re.compile(
    r"/(?:\.well-known/(?P<site>did\.json)|o/(?P<org>\w+)/did\.json|keys/(?P<key>\w+)|status/(?P<list>\w+))\Z"
)
_CREDENTIAL = re.compile(r"/credentials/(?P<id>\w+)(?:/verify|\.(?P<form>json|jwt|png|svg))?\Z")


def own_hosts(db: Session) -> tuple[str, ...]:
    """The hosts (with port) that this site issues under, or did."""
    return tuple(urlsplit(one).netloc.lower() for one in db.exec(select(IssuingAddress.public_url)).all())


def own_issuers(db: Session) -> dict[str, str]:
    """The organisations that issue here and that a moderator has verified: DID to name, under every address there was."""
    bases = [one.public_url for one in db.exec(select(IssuingAddress)).all()]
    wanted = select(Organisation).where(
        col(Organisation.is_issuer).is_(True), col(Organisation.verified_at).is_not(None)
    )
    orgs = db.exec(wanted).all() if bases else []
    return {documents.did_web(base, "o", org.public_id): org.name for base in bases for org in orgs}


def own_document(db: Session, url: str) -> Document | Unavailable | None:
    """What this site would answer a stranger at one of its own addresses; an empty document where that is nothing.

    None for an address that is not this site's, `Unavailable` for a credential that is not for everyone to see.
    """
    parts = urlsplit(url)
    base = next(
        (one for one in db.exec(select(IssuingAddress)).all() if _host(one) == parts.netloc.lower()), None
    )
    if base is None:
        return None
    credential = _CREDENTIAL.match(parts.path)
    if credential is not None:
        text = public_credential(db, credential["id"], as_token=credential["form"] == "jwt")
        if text is None:
            return Unavailable("there is no credential here that everyone may see")
        return Document(text.encode("utf-8"))
    return Document((_text(db, base, parts.path) or "").encode("utf-8"), "application/json")


def public_credential(db: Session, public_id: str, *, as_token: bool = False) -> str | None:
    """The signed document of a credential that its holder shows to everyone; None for any other."""
    issued = db.exec(select(Issued).where(Issued.public_id == public_id)).first()
    signed = queries.signed_of(db, issued) if issued and rules.may_read(VISITOR, issued) else None
    if signed is None:
        return None
    return signed.token if as_token else signed.document


def _host(base: IssuingAddress) -> str:
    return urlsplit(base.public_url).netloc.lower()


def _text(db: Session, base: IssuingAddress, path: str) -> str | None:
    found = _PATH.match(path)
    if found is None:
        return None
    if found["site"]:
        return text_of(site_did_document(db, base))
    if found["org"]:
        return text_of(org_did_document(db, base, found["org"]))
    return text_of(key_jwk(db, found["key"])) if found["key"] else signed_list(db, found["list"])


def text_of(document: dict[str, Any] | None) -> str | None:
    return None if document is None else signing.as_text(document)


def site_did_document(db: Session, base: IssuingAddress) -> dict[str, Any] | None:
    """The DID document of the site itself; None before it has a key."""
    return _did_document(db, None, documents.did_web(base.public_url))


def org_did_document(db: Session, base: IssuingAddress, org_public_id: str) -> dict[str, Any] | None:
    """The DID document of an issuing organisation; None for one that is not there or has no key."""
    org = _organisation(db, org_public_id)
    if org is None:
        return None
    return _did_document(db, org.id, documents.did_web(base.public_url, "o", org.public_id))


def _did_document(db: Session, org_id: int | None, did: str) -> dict[str, Any] | None:
    listed = keys.listed(db, org_id)
    if not listed:
        return None
    return documents.did_document(did, [(key.name, key.public) for key in listed])


def key_jwk(db: Session, public_id: str) -> dict[str, Any] | None:
    """A listed key as a JWK, for the `kid` of tokens."""
    key = db.exec(select(IssuerKey).where(IssuerKey.public_id == public_id)).first()
    if key is None or key.status is KeyStatus.COMPROMISED:
        return None
    if key.kind is KeyKind.RSA:
        return key.public
    return key.public | {"alg": "EdDSA", "use": "sig"}


def signed_list(db: Session, public_id: str) -> str | None:
    """A status list as it was signed last."""
    return db.exec(select(StatusList.signed).where(StatusList.public_id == public_id)).first()


def issuer_profile(db: Session, base: IssuingAddress, org_public_id: str) -> dict[str, Any] | None:
    """The organisation as an Open Badges profile; None for one that issues nothing."""
    org = _organisation(db, org_public_id)
    if org is None or not org.is_issuer:
        return None
    made = documents.profile(making.issuer_of(org, base))
    if org.about:
        made["description"] = org.about
    return {"@context": [documents.VC2, documents.OB3]} | made


def achievement_document(db: Session, base: IssuingAddress, public_id: str) -> dict[str, Any] | None:
    """What can be earned, as it stands in credentials; None for a draft."""
    found = db.exec(
        select(Achievement).where(
            Achievement.public_id == public_id, col(Achievement.status) != AchievementStatus.DRAFT
        )
    ).first()
    if found is None:
        return None
    issuer = making.issuer_of(db.get_one(Organisation, found.org_id), base)
    plain = documents.achievement(making.achieved(db, found, base), issuer)
    return {"@context": [documents.VC2, documents.OB3]} | plain


def base_of(db: Session, host: str) -> IssuingAddress:
    """The address to answer a request under: the one of its host, else the current, else what the setting says."""
    return address.at_host(db, host) or IssuingAddress(public_url=address.site_of(db).public_url)


def _organisation(db: Session, public_id: str) -> Organisation | None:
    return db.exec(select(Organisation).where(Organisation.public_id == public_id)).first()
