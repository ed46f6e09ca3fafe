"""Who sees whose profile: every visibility, every kind of viewer, on both databases."""

import pytest
from sqlmodel import Session

from market.access import VISITOR, Actor, Role
from market.accounts.models import Person, PersonStatus
from market.errors import NotFound
from market.profiles import rules, service
from market.profiles.models import Visibility
from market.profiles.queries import Reader, visible_profile
from market.profiles.rules import Seer, is_open_link
from market.profiles.service import Basics
from tests.support.world import World

PRIVATE, MEMBERS, PUBLIC = Visibility.PRIVATE, Visibility.MEMBERS, Visibility.PUBLIC


def show(make: World, visibility: Visibility) -> None:
    with make.write() as db:
        service.save_profile(db, make.actor(make.amara), Basics(visibility=visibility))


def sees(make: World, actor: Actor, *readers: Reader) -> bool:
    with make.read() as db:
        try:
            seen = visible_profile(db, actor, make.amara.public_id, readers)
        except NotFound:
            return False
        assert seen.person.id == seen.profile.person_id == make.amara.id
        return True


# viewer: (private, members, public)
TABLE = {
    "visitor": (False, False, True),
    "a stranger": (False, False, True),
    "the owner": (True, True, True),
    "recruits for a verified organisation": (False, True, True),
    "owns a verified organisation": (False, True, True),
    "recruits for an unverified organisation": (False, False, True),
    "mentors in a verified organisation": (False, False, True),
    "issues for a verified organisation": (False, False, True),
    "moderates": (False, True, True),
    "deals with them": (True, True, True),
    "recruits, and they blocked the organisation": (False, False, False),
    "recruits, and a colleague blocked them": (False, False, False),
    "deals with them, and is blocked": (False, False, False),
    "a stranger they blocked": (False, False, False),
    "a stranger who blocked them": (False, False, False),
    "a moderator they blocked": (False, False, False),
}


def viewer(make: World, kind: str) -> tuple[Actor, tuple[Reader, ...]]:
    """Someone of that kind, with the readers the site would ask."""

    def deals(db: Session, actor: Actor, person_id: int) -> bool:
        return actor.id == make.chidi.id and person_id == make.amara.id

    roles = {
        "recruits for a verified organisation": Role.RECRUITER,
        "mentors in a verified organisation": Role.MENTOR,
        "issues for a verified organisation": Role.ISSUER,
        "recruits, and they blocked the organisation": Role.RECRUITER,
        "recruits, and a colleague blocked them": Role.RECRUITER,
    }
    if kind == "visitor":
        return VISITOR, (deals,)
    if kind == "the owner":
        return make.actor(make.amara), ()
    if kind == "owns a verified organisation":
        return make.actor(make.bruno), (deals,)
    if kind == "recruits for an unverified organisation":
        member = make.member(make.organisation(verified=False), Role.RECRUITER)
        return make.actor(member), (deals,)
    if kind in roles:
        person = make.person()
        make.member(make.bakery, roles[kind], person=person)
        if "they blocked" in kind:
            make.block(make.amara, organisation=make.bakery)
        if "colleague" in kind:
            make.block(make.mira, person=make.amara)
        return make.actor(person), (deals,)
    if kind == "moderates":
        return make.actor(make.dana), (deals,)
    if kind == "a moderator they blocked":
        make.block(make.amara, person=make.dana)
        return make.actor(make.dana), (deals,)
    if kind == "deals with them":
        return make.actor(make.chidi), (deals,)
    if kind == "deals with them, and is blocked":
        make.block(make.amara, person=make.chidi)
        return make.actor(make.chidi), (deals,)
    if kind == "a stranger they blocked":
        make.block(make.amara, person=make.chidi)
    elif kind == "a stranger who blocked them":
        make.block(make.chidi, person=make.amara)
    return make.actor(make.chidi), ()


@pytest.mark.parametrize("kind", TABLE)
def test_who_sees_a_profile(make: World, kind: str) -> None:
    actor, readers = viewer(make, kind)
    found = []
    for visibility in (PRIVATE, MEMBERS, PUBLIC):
        show(make, visibility)
        found.append(sees(make, actor, *readers))
    assert tuple(found) == TABLE[kind]


def test_a_profile_nobody_wrote_is_private(make: World) -> None:
    assert not sees(make, make.actor(make.bruno))
    assert sees(make, make.actor(make.amara))


@pytest.mark.parametrize("status", [PersonStatus.SUSPENDED, PersonStatus.ERASED])
def test_someone_suspended_or_erased_is_not_there(make: World, status: PersonStatus) -> None:
    show(make, PUBLIC)
    with make.write() as db:
        db.get_one(Person, make.amara.id).status = status
    assert not sees(make, VISITOR)
    assert not sees(make, make.actor(make.dana))


def test_a_missing_person_and_a_hidden_one_answer_the_same(make: World) -> None:
    with make.read() as db:
        answers = []
        for public_id in (make.amara.public_id, "a" * 16):
            with pytest.raises(NotFound) as refused:
                visible_profile(db, VISITOR, public_id)
            answers.append(refused.value.reason)
    assert answers[0] == answers[1]


def test_someone_who_is_nobody_is_never_taken_for_the_owner() -> None:
    """A visitor has the id 0, and so has a profile that no database ever kept."""
    assert not rules.may_see(VISITOR, 0, PRIVATE, Seer())


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/rota",
        "http://example.org",
        "https://sub.example.org:8443/a?b=c#d",
        "https://münchen.example/ä",
        "https://8.8.8.8/x",
    ],
)
def test_links_that_anyone_can_open(link: str) -> None:
    assert is_open_link(link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "example.org",
        "ftp://example.org/rota",
        "javascript:alert(1)",
        "https://amara:secret@example.org/",
        "https://localhost/rota",
        "https://intranet/rota",
        "https://files.local/rota",
        "https://10.0.0.7/rota",
        "http://[::1]/rota",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example..org/",
        "https://example.org/\u202etxt",
    ],
)
def test_links_that_only_some_can_open(link: str) -> None:
    assert not is_open_link(link)
