"""Settings: one's own addresses, password, browsers and blocks, and nobody else's."""

import pytest
from sqlmodel import select

from market.accounts import blocks, emails, links, queries
from market.accounts.models import Block, Email, Person, TokenPurpose
from market.config import Settings
from market.errors import Conflict, Forbidden
from tests.support.client import Client, words
from tests.support.world import Known, Standing, World

PASSWORD = "three blue horses walk"


@pytest.fixture
def ira(make: World, quick_hashes: None) -> Known:
    """Someone with a password and a confirmed address."""
    return make.person("Ira Blum", email="ira@example.net", password=PASSWORD)


def _address(make: World, address: str) -> Email:
    with make.read() as db:
        return db.exec(select(Email).where(Email.address == address)).one()


def test_name_time_zone_and_language_are_kept(client: Client, make: World) -> None:
    browser = client.as_(make.amara)
    form = {"name": "  Amara   O. ", "time_zone": "Africa/Lagos", "language": "en"}
    browser.follow(browser.post("/settings", form))
    actor = make.actor(make.amara)
    assert (actor.name, actor.time_zone) == ("Amara O.", "Africa/Lagos")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "\u3164"),
        ("name", "\u202e"),
        ("time_zone", "Moon/Base"),
        ("language", "tlh"),
        ("time_zone", "../etc"),
    ],
)
def test_settings_that_make_no_sense_are_refused(client: Client, make: World, field: str, value: str) -> None:
    form = {"name": "Amara", "time_zone": "UTC", "language": "en", field: value}
    assert client.as_(make.amara).post("/settings", form).status_code == 422
    assert make.actor(make.amara).name == "Amara Okafor"


def test_a_second_address_is_added_confirmed_and_made_the_main_one(
    client: Client, make: World, ira: Known
) -> None:
    browser = client.as_(ira)
    form = {"email": "ira@work.example", "current_for_address": PASSWORD}
    assert "on its way to ira@work.example" in words(browser.follow(browser.post("/settings/address", form)))
    new = _address(make, "ira@work.example")
    assert browser.post(f"/settings/address/{new.id}/main").status_code == 409
    with make.write() as db:
        token = links.mint_token(db, TokenPurpose.VERIFY_EMAIL, person_id=ira.id, email_id=new.id)
    assert browser.post(f"/verify/{token}").status_code == 303
    assert browser.post(f"/settings/address/{new.id}/main").status_code == 303
    with make.read() as db:
        assert queries.primary_address(db, ira.id) == "ira@work.example"
    old = _address(make, "ira@example.net")
    assert browser.post(f"/settings/address/{new.id}/remove").status_code == 409
    assert browser.post(f"/settings/address/{old.id}/remove").status_code == 303
    with make.read() as db:
        assert [e.address for e in queries.addresses(db, ira.id)] == ["ira@work.example"]


def test_adding_an_address_takes_the_password_of_today(client: Client, make: World, ira: Known) -> None:
    answer = client.as_(ira).post(
        "/settings/address", {"email": "thief@example.com", "current_for_address": "guess"}
    )
    assert answer.status_code == 422
    assert "not your password of today" in words(answer)
    assert 'value="thief@example.com"' in answer.text
    with make.read() as db:
        assert len(queries.addresses(db, ira.id)) == 1


def test_an_address_that_is_there_already_and_a_sixth_are_refused(client: Client, make: World) -> None:
    browser = client.as_(make.amara)
    assert browser.post("/settings/address", {"email": "AMARA@example.org"}).status_code == 422
    for n in range(4):
        assert browser.post("/settings/address", {"email": f"a{n}@example.org"}).status_code == 303
    assert browser.post("/settings/address", {"email": "a5@example.org"}).status_code == 422


def test_the_first_to_confirm_an_address_has_it(make: World) -> None:
    with make.write() as db:
        mine = emails.add_address(db, make.actor(make.amara), "shared@example.org")
        theirs = emails.add_address(db, make.actor(make.chidi), "shared@example.org")
        emails.confirm_address(db, mine)
        with pytest.raises(Conflict, match="another account"):
            emails.confirm_address(db, theirs)
    with make.read() as db:
        known = queries.sign_in_by_address(db, "shared@example.org")
        assert known is not None
        assert known.person_id == make.amara.id


def test_another_person_s_address_cannot_be_touched(client: Client, make: World) -> None:
    theirs = _address(make, "amara@example.org")
    browser = client.as_(make.chidi)
    for step in ("main", "remove", "verify"):
        assert browser.post(f"/settings/address/{theirs.id}/{step}").status_code == 404
        assert browser.post(f"/settings/address/999999/{step}").status_code == 404


def test_changing_the_password_signs_every_other_browser_out(client: Client, make: World, ira: Known) -> None:
    here, elsewhere = client.as_(ira), client.as_(ira)
    wrong = here.post("/settings/password", {"current": "guess", "password": "four green birds sing"})
    assert wrong.status_code == 422
    weak = here.post("/settings/password", {"current": PASSWORD, "password": "ira@example.net1"})
    assert weak.status_code == 422
    done = here.post("/settings/password", {"current": PASSWORD, "password": "four green birds sing"})
    assert done.status_code == 303
    assert here.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 303


def test_browsers_are_listed_and_can_be_signed_out_one_by_one_or_all(client: Client, make: World) -> None:
    here, phone, library = (client.as_(make.amara) for _ in range(3))
    page = here.get("/settings")
    assert words(page).count("Firefox on Linux") >= 3
    assert "This browser" in words(page)
    with make.read() as db:
        from market.accounts.sessions import load_actor

        phone_id = load_actor(db, phone.cookies["session"]).session_id
    assert client.as_(make.chidi).post(f"/settings/session/{phone_id}/end").status_code == 303
    assert phone.get("/settings").status_code == 200
    here.post(f"/settings/session/{phone_id}/end")
    assert (phone.get("/settings").status_code, library.get("/settings").status_code) == (303, 200)
    here.post("/settings/sessions/end")
    assert (here.get("/settings").status_code, library.get("/settings").status_code) == (200, 303)


def test_a_session_ends_after_thirty_days(client: Client, make: World, standing_clock: Standing) -> None:
    browser = client.as_(make.amara)
    standing_clock.move(days=30)
    assert browser.get("/settings").status_code == 303
    make.sweep()


def test_a_block_works_in_both_directions_and_is_lifted_by_its_maker(client: Client, make: World) -> None:
    amara = client.as_(make.amara)
    amara.post("/block", {"person": make.chidi.public_id, "back": "/settings"})
    amara.post("/block", {"person": make.chidi.public_id})
    with make.read() as db:
        assert queries.is_blocked(db, make.amara.id, make.chidi.id)
        assert queries.is_blocked(db, make.chidi.id, make.amara.id)
        assert not queries.is_blocked(db, make.amara.id, make.bruno.id)
        (kept,) = db.exec(select(Block))
    assert "Chidi Eze" in words(amara.get("/settings"))
    assert client.as_(make.chidi).post(f"/block/{kept.id}/lift").status_code == 404
    assert amara.post(f"/block/{kept.id}/lift").status_code == 303
    with make.read() as db:
        assert not queries.is_blocked(db, make.chidi.id, make.amara.id)


def test_a_block_of_an_organisation_and_by_one_of_its_members_closes_the_same_door(make: World) -> None:
    make.block(make.amara, organisation=make.bakery)
    make.block(make.mira, person=make.chidi)
    with make.read() as db:
        assert queries.is_blocked(db, make.amara.id, org_id=make.bakery.id)
        assert queries.is_blocked(db, make.chidi.id, org_id=make.bakery.id)
        assert not queries.is_blocked(db, make.dana.id, org_id=make.bakery.id)
        assert not queries.is_blocked(db, make.amara.id)


def test_nobody_blocks_themselves_or_their_own_organisation(make: World) -> None:
    with make.write() as db:
        with pytest.raises(Forbidden, match="yourself"):
            blocks.block(db, make.actor(make.amara), person_id=make.amara.id)
        with pytest.raises(Forbidden, match="Leave it first"):
            blocks.block(db, make.actor(make.bruno), org_id=make.bakery.id)


def test_unknown_people_cannot_be_blocked(client: Client, make: World) -> None:
    browser = client.as_(make.amara)
    assert browser.post("/block", {"person": "aaaaaaaaaaaaaaaa"}).status_code == 404
    assert browser.post("/block", {}).status_code == 404


def test_the_command_line_makes_people_and_moderators(
    make: World, monkeypatch: pytest.MonkeyPatch, site_settings: Settings, quick_hashes: None
) -> None:
    from typer.testing import CliRunner

    from market.cli import app

    monkeypatch.setenv("MARKET_DATABASE_URL", make.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MARKET_DATA", str(site_settings.data))
    run = CliRunner().invoke
    made = run(app, ["person", "add", "root@example.org", "--name", "Root Person", "--password", PASSWORD])
    assert made.exit_code == 0, made.output
    again = run(app, ["person", "add", "root@example.org", "--name", "Root", "--password", PASSWORD])
    assert again.exit_code == 2
    assert run(app, ["person", "promote", "root@example.org", "--moderator", "--admin"]).exit_code == 0
    assert run(app, ["person", "promote", "nobody@example.org", "--admin"]).exit_code == 2
    with make.read() as db:
        person = db.exec(select(Person).where(Person.display_name == "Root Person")).one()
        assert (person.is_moderator, person.is_admin) == (True, True)
