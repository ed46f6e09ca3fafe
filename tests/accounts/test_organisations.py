"""Organisations: their names cannot pass for another's, and they are never left without an owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from market.access import Role
from market.accounts import links, members, organisations, queries
from market.accounts.models import Invitation, Membership, Organisation, TokenPurpose
from market.errors import Conflict, Forbidden, Invalid, MarketError
from tests.support.client import Client, words
from tests.support.world import KnownOrganisation, Standing, World

FORM = {"name": "Weir Lane Cycles", "about": "We mend what others throw away.", "place": "Calderside",
        "website": "weirlane.example", "answer_days": "5"}  # fmt: skip


def _invited(make: World, address: str, role: Role = Role.RECRUITER) -> tuple[str, Invitation]:
    """An invitation to the bakery and the token its mail carries."""
    with make.write() as db:
        organisation = db.get_one(Organisation, make.bakery.id)
        invitation = members.invite(db, make.actor(make.bruno), organisation, address, role)
        return links.mint_token(db, TokenPurpose.INVITATION, invitation_id=invitation.id), invitation


def test_whoever_founds_an_organisation_is_its_owner(client: Client, make: World) -> None:
    browser = client.as_(make.chidi)
    page = browser.follow(browser.post("/organisations", FORM))
    assert "Weir Lane Cycles has its page" in words(page)
    with make.read() as db:
        made = db.exec(select(Organisation).where(Organisation.name == "Weir Lane Cycles")).one()
    assert make.actor(make.chidi).roles_in(made.id) == {Role.OWNER}
    assert (made.website, made.answer_days, made.verified_at) == ("https://weirlane.example", 5, None)
    public = words(client.get(f"/organisations/{made.public_id}"))
    assert "We mend what others throw away." in public
    assert "Not verified yet" in public


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Fill this in"),
        ("name", "Nett1e and Rye Bakery", "or one that looks like it"),
        ("name", "Nеttle Rye", "two alphabets"),
        ("website", "javascript:alert(1)", "Write the address of a web page"),
        ("website", 'http://x"><script>.y', "Write the address of a web page"),
        ("website", "https://bank.example@evil.example", "Write the address of a web page"),
        ("website", "https://example.org:99999/", "Write the address of a web page"),
        ("answer_days", "0", "Take 1 or more"),
        ("about", "x" * 2001, "Shorten it to 2000"),
    ],
)
def test_a_refused_organisation_keeps_the_words(
    client: Client, make: World, field: str, value: str, said: str
) -> None:
    answer = client.as_(make.chidi).post("/organisations", {**FORM, field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert "Calderside" in answer.text
    assert make.actor(make.chidi).memberships == ()


def test_an_unconfirmed_address_founds_nothing_and_the_page_says_why(client: Client, make: World) -> None:
    new = make.person("Una", verified=False)
    page = client.as_(new).get("/organisations/new")
    assert "Confirm your e-mail address first" in words(page)
    assert client.as_(new).post("/organisations", FORM).status_code == 403


def test_two_who_take_one_name_at_once_do_not_both_get_it(make: World) -> None:
    founders = [make.person() for _ in range(6)]

    def found(number: int) -> bool:
        try:
            with make.write() as db:
                organisations.create_organisation(db, make.actor(founders[number]), name="Kettle Repairs")
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(found, range(6))) == 1


def test_a_new_name_ends_the_verification_and_a_new_spelling_does_not(client: Client, make: World) -> None:
    browser, path = client.as_(make.bruno), f"/organisations/{make.bakery.public_id}"
    browser.post(path, {**FORM, "name": "NETTLE & RYE BAKERY"})
    assert "Verified by Foothold" in words(client.get(path))
    browser.post(path, {**FORM, "name": "Calder Town Council"})
    assert "Not verified yet" in words(client.get(path))


def test_only_owners_change_the_page_and_only_members_see_the_members(client: Client, make: World) -> None:
    path = f"/organisations/{make.bakery.public_id}"
    assert client.as_(make.mira).post(path, FORM).status_code == 403
    assert client.as_(make.chidi).post(path, FORM).status_code == 403
    assert client.as_(make.mira).get(f"{path}/members").status_code == 200
    assert client.as_(make.chidi).get(f"{path}/members").status_code == 404
    assert "Invite someone" not in words(client.as_(make.mira).get(f"{path}/members"))
    assert "mira" not in client.get(path).text.lower()


def test_an_invitation_is_accepted_by_the_person_it_was_sent_to(client: Client, make: World) -> None:
    bruno, path = client.as_(make.bruno), f"/organisations/{make.bakery.public_id}"
    page = bruno.follow(
        bruno.post(f"{path}/invitations", {"email": "chidi@example.org", "role": "recruiter"})
    )
    assert "on its way to chidi@example.org" in words(page)
    (told,) = make.events("organisation.invited")
    assert set(told.payload) == {"org_id", "invitation_id"}
    token, _invitation = _invited(make, "Chidi@Example.org")
    link = f"/invitations/{token}"
    assert "Make an account" in words(client.get(link))
    wrong = client.as_(make.amara).get(link)
    assert "was sent to" in words(wrong)
    assert client.as_(make.amara).post(link).status_code == 403
    chidi = client.as_(make.chidi)
    assert "Join Nettle & Rye Bakery" in words(chidi.get(link))
    assert chidi.post(link).status_code == 303
    assert make.actor(make.chidi).roles_in(make.bakery.id) == {Role.RECRUITER}
    assert chidi.post(link).status_code == 409
    assert "accepted already" in words(chidi.get(link))


def test_an_earlier_invitation_to_the_same_address_is_replaced(client: Client, make: World) -> None:
    first, _one = _invited(make, "chidi@example.org")
    second, _two = _invited(make, "chidi@example.org", Role.MENTOR)
    assert client.as_(make.chidi).post(f"/invitations/{first}").status_code == 403
    assert client.as_(make.chidi).post(f"/invitations/{second}").status_code == 303
    assert make.actor(make.chidi).roles_in(make.bakery.id) == {Role.MENTOR}


def test_the_link_confirms_the_address_it_was_sent_to(make: World) -> None:
    new = make.person("Una", email="una@example.net", verified=False)
    token, _invitation = _invited(make, "una@example.net")
    with make.write() as db:
        members.accept_invitation(db, make.actor(new), token)
    assert make.actor(new).is_verified


def test_a_withdrawn_or_expired_invitation_says_so(
    client: Client, make: World, standing_clock: Standing
) -> None:
    bruno, path = client.as_(make.bruno), f"/organisations/{make.bakery.public_id}"
    taken_back, invitation = _invited(make, "chidi@example.org")
    assert (
        client.as_(make.mira).post(f"{path}/invitations/{invitation.public_id}/withdraw").status_code == 403
    )
    assert bruno.post(f"{path}/invitations/{invitation.public_id}/withdraw").status_code == 303
    assert "taken back" in words(client.as_(make.chidi).get(f"/invitations/{taken_back}"))
    old, _invitation = _invited(make, "amara@example.org")
    standing_clock.move(days=14, seconds=1)
    assert "run out" in words(client.as_(make.amara).get(f"/invitations/{old}"))
    assert client.as_(make.amara).post(f"/invitations/{old}").status_code == 409
    assert "ran out on" in words(bruno.get(f"{path}/members"))
    assert client.get("/invitations/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("email", "role"),
    [("nobody", "mentor"), ("a@b.org", "king"), ("mira@example.org", "mentor")],
)
def test_an_invitation_that_makes_no_sense_is_refused(
    client: Client, make: World, email: str, role: str
) -> None:
    answer = client.as_(make.bruno).post(
        f"/organisations/{make.bakery.public_id}/invitations", {"email": email, "role": role}
    )
    assert answer.status_code == 422
    assert make.events("organisation.invited") == []


def test_twenty_invitations_a_day_and_no_more(clients: Callable[..., Client], make: World) -> None:
    bruno = clients(limits=True).as_(make.bruno)
    path = f"/organisations/{make.bakery.public_id}/invitations"
    answers = [
        bruno.post(path, {"email": f"x{n}@example.org", "role": "mentor"}).status_code for n in range(21)
    ]
    assert answers == [303] * 20 + [429]


def _membership(make: World, organisation: KnownOrganisation, person_id: int) -> Membership:
    with make.read() as db:
        wanted = select(Membership).where(
            Membership.org_id == organisation.id, Membership.person_id == person_id
        )
        return db.exec(wanted).one()


def test_the_last_owner_cannot_leave_until_there_is_another(client: Client, make: World) -> None:
    bruno, path = client.as_(make.bruno), f"/organisations/{make.bakery.public_id}/members"
    mine = _membership(make, make.bakery, make.bruno.id)
    refused = bruno.post(f"{path}/{mine.id}/end")
    assert refused.status_code == 403
    assert "last owner" in words(refused)
    make.member(make.bakery, Role.OWNER, person=make.chidi)
    assert bruno.post(f"{path}/{mine.id}/end").status_code == 303
    assert make.actor(make.bruno).memberships == ()
    assert bruno.post(f"{path}/{mine.id}/end").status_code == 404


def test_two_owners_who_leave_at_once_leave_one_behind(make: World) -> None:
    make.member(make.bakery, Role.OWNER, person=make.chidi)
    owners = [(who, _membership(make, make.bakery, who.id)) for who in (make.bruno, make.chidi)]

    def leave(number: int) -> bool:
        who, membership = owners[number]
        try:
            with make.write() as db:
                members.end_membership(db, make.actor(who), make.bakery.id, membership.id)
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(leave, range(2))) == 1
    with make.read() as db:
        assert len(queries.owner_ids(db, make.bakery.id)) == 1


def test_members_leave_and_are_removed_by_owners_only(client: Client, make: World) -> None:
    path = f"/organisations/{make.bakery.public_id}/members"
    make.member(make.bakery, Role.RECRUITER, person=make.chidi)
    recruiter, mentor = (_membership(make, make.bakery, who.id) for who in (make.chidi, make.mira))
    assert client.as_(make.chidi).post(f"{path}/{mentor.id}/end").status_code == 403
    assert client.as_(make.mira).post(f"{path}/{mentor.id}/end").status_code == 303
    assert client.as_(make.bruno).post(f"{path}/{recruiter.id}/end").status_code == 303
    assert make.actor(make.chidi).memberships == make.actor(make.mira).memberships == ()


def test_a_membership_of_another_organisation_cannot_be_ended_from_here(make: World) -> None:
    other = make.organisation("Kettle Repairs", owner=make.chidi)
    theirs = _membership(make, other, make.chidi.id)
    with make.write() as db, pytest.raises(MarketError, match="not have that role"):
        members.end_membership(db, make.actor(make.bruno), make.bakery.id, theirs.id)


def test_only_moderators_verify(make: World) -> None:
    other = make.organisation("Kettle Repairs", owner=make.chidi, verified=False)
    with make.write() as db:
        organisation = db.get_one(Organisation, other.id)
        with pytest.raises(Forbidden, match="Only moderators"):
            organisations.verify_organisation(db, make.actor(make.chidi), organisation)
        organisations.verify_organisation(db, make.actor(make.dana), organisation)
        organisations.verify_organisation(db, make.actor(make.dana), organisation)
    assert len([e for e in make.events("organisation.verified") if e.payload["org_id"] == other.id]) == 1


def test_an_invitation_taken_up_twice_at_once_gives_one_membership(make: World) -> None:
    token, _invitation = _invited(make, "chidi@example.org")
    actor = make.actor(make.chidi)

    def accept(_number: int) -> bool:
        try:
            with make.write() as db:
                members.accept_invitation(db, actor, token)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(accept, range(4))) == 1
