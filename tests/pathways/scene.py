"""Pathways over the bakery and a second issuer, made through the services."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from market.access import SYSTEM
from market.accounts import service as accounts
from market.accounts.models import Organisation
from market.credentials import achievements, issuing
from market.credentials.models import Achievement, Issued
from market.credentials.rules import Draft, Status
from market.notifications.models import Notification
from market.pathways import service
from market.pathways.models import Pathway, PathwayCompletion
from market.pathways.rules import Credit
from tests.support.world import Known, KnownOrganisation, World

CREDIT = Credit("Calderside College", 25, "ECTS", "https://college.example/credit/bread")


def mill(make: World) -> tuple[KnownOrganisation, Known]:
    """A second organisation, verified, and its owner."""
    with make.read() as db:
        found = db.exec(select(Organisation).where(Organisation.name == "Calder Mill")).first()
    if found is None:
        otto = make.person("Otto Miller")
        with make.write() as db:
            found = accounts.create_organisation(db, make.actor(otto), name="Calder Mill")
            accounts.verify_organisation(db, SYSTEM, found)
        make.drain()
        return KnownOrganisation(found.id, found.public_id, found.name), otto
    with make.read() as db:
        from market.accounts.models import Membership, Person

        member = db.exec(select(Membership).where(Membership.org_id == found.id)).first()
        assert member is not None
        one = db.get_one(Person, member.person_id)
        return KnownOrganisation(found.id, found.public_id, found.name), Known(
            one.id, one.public_id, one.display_name or "", ""
        )


def achievement(
    make: World, name: str, *, by: Known | None = None, org: int | None = None, published: bool = True
) -> int:
    """What can be earned, of the bakery unless said otherwise: its inner id."""
    with make.write() as db:
        actor = make.actor(by or make.bruno)
        draft = Draft(name, f"{name}, shown at work.", "Do it, and someone looks.", "MicroCredential")
        made = achievements.create_achievement(db, actor, org or make.bakery.id, draft)
        if published:
            achievements.publish_achievement(db, actor, made)
        return made.id


def newer(make: World, achievement_id: int, by: Known | None = None) -> int:
    """A newer version of it, published."""
    with make.write() as db:
        actor = make.actor(by or make.bruno)
        made = achievements.new_version(db, actor, db.get_one(Achievement, achievement_id))
        achievements.publish_achievement(db, actor, made)
        return made.id


def give(make: World, achievement_id: int, to: Known, *, by: Known | None = None, accept: bool = True) -> int:
    """A credential, accepted by its holder unless said otherwise: its inner id."""
    with make.write() as db:
        what = db.get_one(Achievement, achievement_id)
        issued = issuing.issue(db, make.actor(by or make.bruno), what, to.id).id
    make.drain()
    if accept:
        take(make, issued, to)
    return issued


def take(make: World, issued_id: int, to: Known, *, public: bool = True, drain: bool = True) -> None:
    with make.write() as db:
        issuing.accept(db, make.actor(to), db.get_one(Issued, issued_id), public)
    if drain:
        make.drain()


def draft(make: World, target: int | None, parts: Sequence[int], **more: Any) -> int:
    """A draft of the bakery; the parts named in `required` are."""
    required = more.pop("required", ())
    before = more.pop("before", ())
    held = more.pop("held", ())
    with make.write() as db:
        actor = make.actor(make.bruno)
        made = service.create(db, actor, make.bakery.id, more.get("title", "Baker's way"))
        given: dict[str, Any] = {
            "title": "Baker's way", "summary": "Bakes bread that sells.", "needed": len(parts), "credits": [CREDIT]
        } | more  # fmt: skip
        service.save(
            db,
            actor,
            made,
            target=db.get_one(Achievement, target) if target else None,
            parts=[(db.get_one(Achievement, one), one in required) for one in parts],
            needs_pathways=[db.get_one(Pathway, one) for one in before],
            needs_achievements=[db.get_one(Achievement, one) for one in held],
            **given,
        )
        return made.id


def publish(make: World, pathway_id: int, *, drain: bool = True) -> int:
    with make.write() as db:
        service.publish(db, make.actor(make.bruno), db.get_one(Pathway, pathway_id))
    if drain:
        make.drain()
    return pathway_id


def two_issuers(make: World, **more: Any) -> tuple[int, int, int, int]:
    """A published pathway: (its id, the bakery's part, the mill's part, what it stacks to)."""
    org, otto = mill(make)
    bread, flour = achievement(make, "Bread for forty"), achievement(make, "Knows flour", by=otto, org=org.id)
    target = achievement(make, "Baker")
    return publish(make, draft(make, target, [bread, flour], **more)), bread, flour, target


def completions(make: World, person: Known | None = None) -> list[PathwayCompletion]:
    with make.read() as db:
        wanted = select(PathwayCompletion).order_by(col(PathwayCompletion.id))
        if person is not None:
            wanted = wanted.where(PathwayCompletion.person_id == person.id)
        return list(db.exec(wanted).all())


def got(make: World, achievement_id: int, person: Known) -> list[Issued]:
    """What this person was issued of an achievement."""
    with make.read() as db:
        wanted = select(Issued).where(Issued.achievement_id == achievement_id, Issued.person_id == person.id)
        return list(db.exec(wanted.order_by(col(Issued.id))).all())


def told(make: World, person: Known) -> list[str]:
    with make.read() as db:
        rows = db.exec(
            select(Notification).where(Notification.person_id == person.id).order_by(col(Notification.id))
        )
        return [one.kind.partition(":")[0] for one in rows if one.kind.startswith("pathway")]


def is_offered(one: Issued) -> bool:
    return one.status is Status.OFFERED
