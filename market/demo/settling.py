"""The moments in which people and organisations arrive, say what they can do, and post openings."""

from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session

from market.access import Role
from market.accounts import organisations
from market.accounts import service as accounts
from market.accounts.members import add_member
from market.accounts.organisations import create_organisation, verify_organisation
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.world import Row, World, address_of
from market.opportunities import drafting
from market.opportunities import service as opportunities
from market.opportunities.drafts import Fields, Need, Part
from market.opportunities.rules import Kind, Mode, PayBasis
from market.profiles import background
from market.profiles import service as profiles
from market.profiles.models import Visibility
from market.profiles.projects import Made, add_project
from market.profiles.service import Basics, Spoken
from market.rubrics.rules import CriterionDraft
from market.rubrics.service import create_rubric
from market.skills import service as skills

ZONE = "Europe/London"
TRIALS_INVITE = "invited"


def arrivals(world: World, moments: Moments) -> None:
    """Everyone's first day, and each organisation's."""
    roles: dict[str, Row] = {}
    for person in world.people:
        moments.at(person["joined"], "arrive", partial(_join, person), what=f"{person['key']} joins")
        if "visibility" in person:
            moments.at(
                person["joined"],
                "settle",
                partial(_offer_skills, person),
                what=f"{person['key']} writes a profile",
            )
        roles[person["key"]] = person
        for project in person.get("projects", []):
            moments.at(
                max(project["day"], person["joined"]), "settle", partial(_add_project, person["key"], project)
            )
    for org in world.organisations:
        moments.at(org["joined"], "found", partial(_found, org), what=f"{org['key']} is founded")
        for member in org["members"]:
            day = max(org["joined"], roles[member["person"]]["joined"])
            moments.at(
                day,
                "found",
                partial(_become_member, org["key"], member),
                what=f"{member['person']} joins {org['key']}",
            )
        if "verified" in org:
            moments.at(org["verified"], "verify", partial(_verify, org["key"], _moderator(world)))
    for proposal in world.proposals:
        moments.at(proposal["day"], "settle", partial(_propose, proposal))


def _moderator(world: World) -> str:
    return str(next(p["key"] for p in world.people if p.get("site_role") == "moderator"))


def _join(person: Row, db: Session, cast: Cast) -> None:
    made = accounts.sign_up(
        db,
        name=person["name"],
        email=address_of(person["key"]),
        verified=True,
        time_zone=person.get("time_zone", ZONE),
    )
    cast.people[person["key"]] = made.id
    if person.get("site_role") == "moderator":
        accounts.promote(db, made, moderator=True)


def _offer_skills(person: Row, db: Session, cast: Cast) -> None:
    """The profile, for people who offer skills."""
    actor = cast.actor(db, person["key"])
    free = person.get("free")
    profiles.save_profile(
        db,
        actor,
        Basics(
            headline=person["headline"],
            about=person.get("about", ""),
            place=person.get("place", ""),
            visibility=Visibility(person.get("visibility", "private")),
            available_from=cast.day(free) if free is not None else None,
            hours_week=person.get("hours"),
            pay_min_minor=round(100 * person["pay"]) if "pay" in person else None,
        ),
    )
    profiles.set_languages(db, actor, [Spoken(language) for language in person["languages"]])
    for skill, level in person.get("has", {}).items():
        profiles.claim_skill(db, actor, cast.skills[skill], level)
    for skill in person.get("wants", []):
        profiles.want(db, actor, cast.skills[skill])
    for one in person.get("experience", []):
        profiles.add_experience(
            db,
            actor,
            background.Done(
                title=one["title"],
                where=one.get("place", ""),
                from_on=date(one["from"], 1, 1),
                until_on=date(one["to"], 12, 31) if one.get("to") else None,
                text=one.get("text", ""),
            ),
        )
    for one in person.get("education", []):
        profiles.add_education(
            db, actor, background.Learnt(title=one["title"], where=one.get("place", ""), year=one.get("to"))
        )


def _add_project(key: str, project: Row, db: Session, cast: Cast) -> None:
    add_project(
        db,
        cast.actor(db, key),
        Made(
            title=project["title"],
            done_on=cast.day(project["day"]),
            role=project.get("role", ""),
            text=project.get("text", ""),
            link=project.get("link", ""),
            skills={cast.skills[s]: level for s, level in project.get("skills", {}).items()},
        ),
    )


def _found(org: Row, db: Session, cast: Cast) -> None:
    """The first owner founds the organisation; the others join it."""
    owner = next(m["person"] for m in org["members"] if m["role"] == "owner")
    actor = cast.actor(db, owner)
    made = create_organisation(db, actor, name=org["name"], about=org["about"], place=org["place"])
    cast.orgs[org["key"]] = made.id
    cast.actors.clear()
    organisations.change_organisation(
        db,
        cast.actor(db, owner),
        made,
        name=org["name"],
        about=org["about"],
        place=org["place"],
        website="",
        answer_days=org["answer_days"],
    )


def _become_member(org: str, member: Row, db: Session, cast: Cast) -> None:
    add_member(db, cast.orgs[org], cast.people[member["person"]], Role(member["role"]))
    cast.actors.clear()


def _verify(org: str, moderator: str, db: Session, cast: Cast) -> None:
    verify_organisation(db, cast.actor(db, moderator), cast.org(db, org))


def _propose(proposal: Row, db: Session, cast: Cast) -> None:
    skills.propose(db, cast.actor(db, proposal["person"]), name=proposal["name"], description=proposal["why"])


def postings(world: World, moments: Moments) -> None:
    """Every opening: drafted and posted on its day, changed later where it was."""
    for opening in world.openings.values():
        rubric = world.rubrics.get(opening.get("rubric", ""))
        day = opening.get("posted", -1)
        moments.at(day, "post", partial(_draft, opening, rubric), what=f"draft {opening['key']}")
        if opening["state"] != "draft":
            moments.at(day, "post", partial(_post, opening), what=f"post {opening['key']}")
        for one in opening.get("addenda", []):
            moments.at(one["day"], "change", partial(_add, opening, one))
        for one in opening.get("pauses", []):
            moments.at(one["day"], "change", partial(_pause, opening, one))
        if "cancelled" in opening:
            moments.at(opening["cancelled"]["day"], "change", partial(_cancel, opening))


def _draft(opening: Row, rubric: Row | None, db: Session, cast: Cast) -> None:
    actor = cast.actor(db, opening["by"])
    org_id = cast.orgs[opening["organisation"]]
    levels = {skill: level for skill, level, _how, _weight in opening["asked"]}
    lacks = opening.get("lacks", [])
    made = drafting.create_draft(
        db,
        actor,
        org_id,
        parts=[
            Part(d["what"], d.get("text", ""), d["accepted_when"]) for d in opening.get("deliverables", [])
        ],
        needs=[
            Need(cast.skills[s], level, how == "essential", weight)
            for s, level, how, weight in opening["asked"]
        ],
        questions=opening.get("questions", []),
        **_fields(opening, cast, cast.org(db, opening["organisation"]).answer_days),
    )
    cast.openings[opening["key"]] = made.id
    if rubric is not None and "rubric" not in lacks:
        criteria = [
            CriterionDraft(c["title"], cast.skills[c["skill"]], levels.get(c["skill"], 2), tuple(c["steps"]))
            for c in rubric["criteria"]
        ]
        kept = create_rubric(db, org_id, rubric["title"], criteria)
        drafting.save_draft(db, actor, made, rubric_id=kept.id)


def _fields(opening: Row, cast: Cast, answer_days: int) -> Fields:
    pay, where = (
        opening.get("pay", {"amount": 0, "basis": "fixed"}),
        opening.get("where", {"mode": "remote", "place": ""}),
    )
    starts = opening.get("starts")
    made: Fields = {
        "kind": Kind(opening["kind"]),
        "title": opening["title"],
        "summary": opening["summary"],
        "hours": opening["hours"],
        "weeks": opening["weeks"],
        "pay_basis": PayBasis(pay["basis"]),
        "pay_minor": round(100 * pay["amount"]),
        "currency": cast.floor.currency,
        "seats": opening.get("seats", 1),
        "invited_count": opening.get(TRIALS_INVITE, 0),
        "mode": Mode(where["mode"]),
        "place": where.get("place", ""),
        "time_zone": ZONE,
        "access_needs": opening.get("access", ""),
        "ip_note": opening.get("ip", ""),
        "answer_days": answer_days,
    }
    if starts:
        made["starts_on"], made["starts_by"] = cast.day(starts[0]), cast.day(starts[1])
    if "deadline" in opening:
        made["deadline_at"] = datetime.combine(cast.day(opening["deadline"]), time(17), ZoneInfo(ZONE))
    return made


def _post(opening: Row, db: Session, cast: Cast) -> None:
    """Published, or sent to the moderators while the organisation is not verified."""
    actor, found = cast.actor(db, opening["by"]), cast.opening(db, opening["key"])
    if cast.org(db, opening["organisation"]).verified_at is None:
        opportunities.submit(db, actor, found, cast.floor)
    else:
        opportunities.publish(db, actor, found, cast.floor)


def _add(opening: Row, one: Row, db: Session, cast: Cast) -> None:
    starts = one.get("starts")
    opportunities.add_addendum(
        db,
        cast.actor(db, opening["by"]),
        cast.opening(db, opening["key"]),
        one["text"],
        starts_on=cast.day(starts[0]) if starts else None,
        starts_by=cast.day(starts[1]) if starts else None,
    )


def _pause(opening: Row, one: Row, db: Session, cast: Cast) -> None:
    opportunities.pause(
        db, cast.actor(db, opening["by"]), cast.opening(db, opening["key"]), reason=one["reason"]
    )


def _cancel(opening: Row, db: Session, cast: Cast) -> None:
    opportunities.cancel(
        db,
        cast.actor(db, opening["by"]),
        cast.opening(db, opening["key"]),
        note=opening["cancelled"]["reason"],
    )
