"""Sessions: which person a browser is signed in as, with all their memberships, in one statement."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Session, col

from market import clock
from market.access import VISITOR, Actor
from market.access import Membership as ActorMembership
from market.accounts.models import Email, Membership, Organisation, Person, PersonStatus, SignInSession

DAYS = 30

_FIND = (
    select(
        col(Person.id),
        col(Person.public_id),
        col(Person.display_name),
        col(Person.is_moderator),
        col(Person.is_admin),
        col(Person.time_zone),
        col(Person.language),
        col(Person.unread_count),
        col(SignInSession.public_id).label("session_id"),
        select(func.count())
        .select_from(Email)
        .where(col(Email.person_id) == col(Person.id), col(Email.verified_at).is_not(None))
        .correlate(Person)
        .scalar_subquery()
        .label("verified"),
        col(Membership.id).label("membership_id"),
        col(Membership.org_id),
        col(Membership.role),
        col(Organisation.name).label("org_name"),
    )
    .select_from(SignInSession)
    .join(Person, col(Person.id) == col(SignInSession.person_id))
    .outerjoin(Membership, (col(Membership.person_id) == col(Person.id)) & col(Membership.ended_at).is_(None))
    .outerjoin(Organisation, col(Organisation.id) == col(Membership.org_id))
    .where(
        col(SignInSession.token_sha256) == bindparam("token"),
        col(SignInSession.expires_at) > bindparam("now"),
        col(Person.status) == PersonStatus.ACTIVE,
    )
    .order_by(col(Membership.id))
)


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def load_actor(db: Session, token: str) -> Actor:
    """The actor a browser with this token is signed in as; a visitor when it is not."""
    if not token:
        return VISITOR
    rows = db.connection().execute(_FIND, {"token": token_sha256(token), "now": clock.now()}).all()
    if not rows:
        return VISITOR
    first = rows[0]
    return Actor(
        id=first.id,
        public_id=first.public_id,
        name=first.display_name or "",
        is_moderator=bool(first.is_moderator),
        is_admin=bool(first.is_admin),
        is_verified=first.verified > 0,
        time_zone=first.time_zone,
        language=first.language,
        session_id=first.session_id,
        unread_count=first.unread_count,
        memberships=tuple(
            ActorMembership(r.membership_id, r.org_id, r.role, r.org_name)
            for r in rows
            if r.membership_id is not None
        ),
    )


def actor_for(db: Session, person_id: int) -> Actor:
    """A person as an actor, without a browser: for the worker, the demo and the command line."""
    person = db.get_one(Person, person_id)
    verified = (
        db.connection()
        .execute(
            select(col(Email.id)).where(
                col(Email.person_id) == person_id, col(Email.verified_at).is_not(None)
            )
        )
        .first()
    )
    rows = db.connection().execute(
        select(col(Membership.id), col(Membership.org_id), col(Membership.role), col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Membership.org_id))
        .where(col(Membership.person_id) == person_id, col(Membership.ended_at).is_(None))
        .order_by(col(Membership.id))
    )
    return Actor(
        id=person.id,
        public_id=person.public_id,
        name=person.display_name or "",
        is_moderator=person.is_moderator,
        is_admin=person.is_admin,
        is_verified=verified is not None,
        time_zone=person.time_zone,
        language=person.language,
        memberships=tuple(ActorMembership(*row) for row in rows),
    )


def begin(db: Session, person: Person, browser: str = "") -> str:
    """A new session; the token is for the cookie and is not kept."""
    token = secrets.token_urlsafe(32)
    db.add(
        SignInSession(
            token_sha256=token_sha256(token),
            person_id=person.id,
            browser=browser[:120],
            expires_at=clock.now() + timedelta(days=DAYS),
        )
    )
    db.flush()
    return token


def end(db: Session, token: str) -> None:
    """Sign this browser out."""
    found = db.get(SignInSession, token_sha256(token))
    if found is not None:
        db.delete(found)


def end_one(db: Session, person_id: int, public_id: str) -> bool:
    """Sign one of a person's browsers out; False when it is not theirs or signed out already."""
    gone = db.connection().execute(
        delete(SignInSession).where(
            col(SignInSession.person_id) == person_id, col(SignInSession.public_id) == public_id
        )
    )
    return gone.rowcount > 0


def end_all(db: Session, person_id: int, keep: str = "") -> int:
    """Sign a person's browsers out, all but the one with the public id `keep`; how many."""
    gone = db.connection().execute(
        delete(SignInSession).where(
            col(SignInSession.person_id) == person_id, col(SignInSession.public_id) != keep
        )
    )
    return int(gone.rowcount)


def sweep(db: Session, now: datetime) -> int:
    """Timer: forget sessions that ran out."""
    return int(
        db.connection().execute(delete(SignInSession).where(col(SignInSession.expires_at) <= now)).rowcount
    )
