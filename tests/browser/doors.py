"""Ways in that no link of the demo world leads to: letters with links, states that the world happens to lack.

Each person's doors are where their walk begins, beside the front page.
"""

from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from market import outbox
from market.access import Role
from market.accounts import links, members, sessions
from market.accounts import service as accounts
from market.accounts.models import Membership, Organisation, Person, TokenPurpose
from market.accounts.queries import primary_address, sign_in_by_address
from market.applications.models import Application
from market.cases import service as cases
from market.cases import things
from market.cases.rules import Reason
from market.config import Settings
from market.credentials.checking import queue
from market.credentials.checking.work import Checker
from market.credentials.child import Verifier
from market.credentials.models import Achievement, Issued
from market.credentials.proofs.sources import Unavailable
from market.credentials.publishing import own_document
from market.credentials.queries import signed_of
from market.credentials.rules import AchievementStatus, Visibility
from market.credentials.rules import Status as IssuedStatus
from market.db import transaction
from market.demo.world import address_of
from market.engagements.models import Engagement
from market.engagements.rules import Status as Work
from market.opportunities import apprenticing, drafting
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status
from market.profiles import background
from market.programmes import beginnings, rounds
from market.programmes import queries as programme_queries
from market.programmes import service as programmes
from market.programmes.checks import Floor
from market.programmes.drafts import Named
from market.programmes.rules import Function
from market.programmes.sentences import ORDER
from market.rubrics import library
from market.rubrics.rules import orgs_of
from market.skills.models import Skill
from market.staff.models import Packet
from market.staff.packets import fingerprint
from market.subscribers import LEADS_TO
from market.wallet import identities
from market.wallet import service as wallet
from market.webhooks import service as webhooks
from market.webhooks.sending import settle

VISITOR = ""
WALKERS = (VISITOR, "amara", "joel", "bruno", "ines", "mira", "ruth", "operator")
# They only look at their doors.
STARTER, PAUSER, LEARNER = "one who starts soon", "one whose work is paused", "one in a programme"
PEOPLE = (*WALKERS, STARTER, PAUSER, LEARNER)
MISSING = "/no-such-page"  # the page that says so is looked at as well
GONE = "/verify/one-that-has-run-out"

Doors = dict[str, list[str]]


def person_of(db: Session, who: str) -> Person:
    known = sign_in_by_address(db, address_of(who))
    assert known is not None, who
    return db.get_one(Person, known.person_id)


def open_doors(engine: Engine) -> tuple[Doors, dict[str, str]]:
    """Where each begins, and everyone's session."""
    doors: Doors = {who: ["/"] for who in WALKERS}
    with transaction(engine, write=True) as db:
        operator = accounts.sign_up(db, name="Olu Operator", email=address_of("operator"), verified=True)
        accounts.promote(db, operator, moderator=True, admin=True)
        people = {who: person_of(db, who) for who in WALKERS if who}
        for who, state in ((STARTER, Work.SCHEDULED), (PAUSER, Work.PAUSED)):
            work = db.exec(select(Engagement).where(Engagement.status == state)).first()
            assert work is not None, state
            people[who] = db.get_one(Person, work.person_id)
            rest = ("", "/call-off", "/change") if who == STARTER else ("",)
            doors[who] = [f"/work/{work.public_id}{one}" for one in rest]
        learns = db.exec(select(Engagement).where(col(Engagement.programme_version_id).is_not(None))).first()
        assert learns is not None
        people[LEARNER] = db.get_one(Person, learns.person_id)
        pages = ("", "/plan", "/plan.ics", "/mentoring", "/hours", "/capstone", "/afterwards")
        doors[LEARNER] = [f"/work/{learns.public_id}{one}" for one in pages]
        doors[VISITOR] += [*_letters(db, people["amara"]), MISSING, "/skills/find?q=stok"]
        doors["amara"] += _amaras(db, people["amara"])
        doors["bruno"] += _brunos(db, people["bruno"], people["amara"])
        doors["bruno"] += _planned(db, people["bruno"])
        tokens = {who: sessions.begin(db, person, "Firefox on Linux") for who, person in people.items()}
    outbox.drain(engine, LEADS_TO)
    doors[VISITOR] += _checked(engine)
    doors["bruno"] += [*_drafted(engine), *_rubrics(engine, people["bruno"])]
    return doors, tokens


def _checked(engine: Engine) -> list[str]:
    """Reports of a credential that was issued here, of the same with a word changed, and of a photograph; and a check
    that waits for its worker."""
    with transaction(engine, write=True) as db:
        whose = select(Issued).where(
            Issued.status == IssuedStatus.ACCEPTED, Issued.visibility == Visibility.PUBLIC
        )
        issued = db.exec(whose.order_by(col(Issued.id))).first()
        assert issued is not None
        signed = signed_of(db, issued)
        assert signed is not None
        good = signed.document.encode()
        sent = [
            good,
            good.replace(b"Why it was issued", b"Why it was given"),
            b"\xff\xd8\xff\xe0 a photograph",
        ]
        made = [queue.check_document(db, one, name="badge.json").public_id for one in sent]
    with Verifier() as verifier:
        nothing = Unavailable("nobody answers here")
        Checker(Settings(), own=own_document, web=lambda url, accept: nothing, verifier=verifier).run(engine)
    with transaction(engine, write=True) as db:
        made.append(queue.check_document(db, b"{}").public_id)
        packet = db.exec(select(Packet).where(col(Packet.document).is_not(None))).first()
        assert packet is not None
        seals = (fingerprint(packet.document or ""), "0" * 64)
    return [
        *(f"/verify-credential/{one}" for one in made),
        *(f"/packets/{packet.public_id}/check?seal={one}" for one in seals),
    ]


def _drafted(engine: Engine) -> list[str]:
    """An achievement that is being written, with one more row, and its picture."""
    with transaction(engine, write=False) as db:
        wanted = select(Achievement.public_id).where(Achievement.status == AchievementStatus.DRAFT)
        draft = db.exec(wanted).first()
    assert draft is not None
    return [f"/achievements/{draft}/edit/more", f"/achievements/{draft}/badge.svg"]


def _rubrics(engine: Engine, bruno: Person) -> list[str]:
    """A rubric of the library that is being written, with one more criterion, beside one that is finished."""
    with transaction(engine, write=True) as db:
        actor = sessions.actor_for(db, bruno.id)

        def skill(name: str) -> int | None:
            return db.exec(select(Skill.id).where(Skill.name == name)).first()

        org_id = orgs_of(actor)[0]
        library.finish(db, actor, library.begin(db, actor, org_id, "", "working-together", skill))
        draft = library.begin(db, actor, org_id, "", "list", skill).public_id
    return ["/rubrics", f"/rubrics/{draft}/edit/more"]


def _letters(db: Session, person: Person) -> list[str]:
    """The pages that letters lead to, by links that are still good and by one that is not."""
    address = primary_address(db, person.id)
    known = sign_in_by_address(db, address or "")
    assert known is not None
    email = known.email_id
    verify = links.mint_token(db, TokenPurpose.VERIFY_EMAIL, person_id=person.id, email_id=email)
    reset = links.mint_token(db, TokenPurpose.RESET_PASSWORD, person_id=person.id, email_id=email)
    owner = db.exec(select(Membership).where(Membership.role == Role.OWNER)).first()
    assert owner is not None
    organisation = db.get_one(Organisation, owner.org_id)
    asked = members.invite(
        db, sessions.actor_for(db, owner.person_id), organisation, "new@example.org", Role.RECRUITER
    )
    invitation = links.mint_token(db, TokenPurpose.INVITATION, invitation_id=asked.id)
    return [
        "/sign-up/sent",
        "/reset/sent",
        f"/verify/{verify}",
        f"/reset/{reset}",
        f"/invitations/{invitation}",
        GONE,
    ]


def _amaras(db: Session, amara: Person) -> list[str]:
    """Schooling to change, a report that is being read, and a skill to propose."""
    actor = sessions.actor_for(db, amara.id)
    background.add_education(db, actor, background.Learnt("Food hygiene", "Calderside College", 2024))
    other = db.exec(select(Opportunity).where(Opportunity.status == Status.PUBLISHED)).first()
    assert other is not None
    thing = things.find(db, actor, "opportunity", other.public_id)
    told = cases.report(db, actor, thing, Reason.UNTRUE, "The pay in the title is not the pay below it.")
    mine = db.exec(select(Application).where(Application.person_id == amara.id)).first()
    assert mine is not None
    return [
        f"/reports/{told.public_id}",
        f"/wallet/{wallet.bring(db, actor, b'{}')[0].public_id}",
        f"/wallet/identifiers/{identities.challenge(db, actor, 'testserver').public_id}",
        "/skills/new?name=Kneading",
        f"/threads/application/{mine.public_id}",
    ]


def _planned(db: Session, bruno: Person) -> list[str]:
    """A programme begun from a template, page by page, an empty one, and one that is out with a round being written."""
    actor, floor = sessions.actor_for(db, bruno.id), Floor(1320, "GBP")
    org_id = actor.memberships[0].org_id
    template = beginnings.template("kitchen")
    assert template is not None
    draft, judging = beginnings.begin(db, template.row, floor)
    begun = programmes.create(db, actor, org_id, draft, judging)
    empty = programmes.create(db, actor, org_id)
    one = programme_queries.may_be_named(db, org_id)[0][0]
    people = (Named(one, Function.MENTOR), Named(one, Function.ASSESSOR))
    stated: Any = {
        "place": "Weir Lane",
        "country": "GB",
        "awarding_body": "Nettle & Rye",
        "quality_assurance": "Yearly.",
    }
    out = programmes.create(db, actor, org_id, draft._replace(people=people, **stated), judging)
    programmes.publish(db, actor, out, floor)
    round_ = apprenticing.open_round(db, actor, out)
    inside = programmes.copy(db, actor, out)
    programmes.choose_readers(db, actor, inside, for_members=True)
    programmes.publish(db, actor, inside, floor)
    rounds.open_inside(db, actor, inside, starts_on=None, seats=3)
    hook, _secret = webhooks.put(db, actor, org_id, "https://hr.example/hook")
    for answer in (200, 410, 500):
        settle(db, webhooks.test(db, actor, hook).id, answer, None, for_good=answer == 410)
    organisation = db.get_one(Organisation, org_id).public_id
    return [
        "/inside",
        f"/organisations/{organisation}/webhook",
        f"/programmes/{inside.public_id}",
        f"/programmes/{inside.public_id}/manage",
        "/programmes",
        *(f"/programmes/{begun.public_id}/edit/{section}" for section in ORDER),
        f"/programmes/{begun.public_id}/edit/tasks/more",
        f"/programmes/{empty.public_id}/edit/rubric",
        f"/programmes/{out.public_id}/manage",
        f"/programmes/{out.public_id}/versions/1",
        f"/postings/{round_.public_id}/edit/round",
    ]


def _brunos(db: Session, bruno: Person, amara: Person) -> list[str]:
    """A draft that can go out, and one with nothing in it but its kind."""
    actor = sessions.actor_for(db, bruno.id)
    org_id = actor.memberships[0].org_id
    whole = db.exec(
        select(Opportunity)
        .where(Opportunity.org_id == org_id, col(Opportunity.version) > 0)
        .order_by(col(Opportunity.id))
    ).first()
    assert whole is not None
    copied, empty = drafting.copy(db, actor, whole), drafting.create_draft(db, actor, org_id)
    return [
        *(f"/postings/{one.public_id}" for one in (copied, empty)),
        *(f"/postings/{copied.public_id}/edit/{one}" for one in ("parts/more/part", "skills/more/skill")),
        f"/postings/{copied.public_id}/rubric/more",
        f"/people/{amara.public_id}/invite",
    ]
