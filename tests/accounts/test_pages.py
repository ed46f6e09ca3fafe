"""Every page of accounts is valid HTML, in each of its states."""

import pytest
from sqlalchemy import event

from market.access import Role
from market.accounts import links, members, queries, service
from market.accounts.models import Organisation, TokenPurpose
from tests.support import html
from tests.support.client import Client
from tests.support.world import World


def _tokens(make: World) -> dict[str, str]:
    with make.write() as db:
        una = service.sign_up(db, name="Una", email="una@example.net", password="three blue horses walk")
        email = queries.addresses(db, una.id)[0]
        bakery = db.get_one(Organisation, make.bakery.id)
        invitation = members.invite(db, make.actor(make.bruno), bakery, "chidi@example.org", Role.MENTOR)
        return {
            "verify": links.mint_token(db, TokenPurpose.VERIFY_EMAIL, person_id=una.id, email_id=email.id),
            "reset": links.mint_token(db, TokenPurpose.RESET_PASSWORD, person_id=una.id, email_id=email.id),
            "invitation": links.mint_token(db, TokenPurpose.INVITATION, invitation_id=invitation.id),
        }


@pytest.mark.skipif(html.why_not() is not None, reason=html.why_not() or "")
def test_every_page_is_valid(client: Client, make: World) -> None:
    token = _tokens(make)
    make.block(make.amara, person=make.chidi)
    bakery = f"/organisations/{make.bakery.public_id}"
    bruno, amara, chidi = client.as_(make.bruno), client.as_(make.amara), client.as_(make.chidi)
    new = client.as_(make.person(verified=False))
    empty = {"name": "", "email": "x", "password": "y", "role": ""}
    answers = {
        "sign in": client.get("/sign-in?next=/settings"),
        "sign up": client.get("/sign-up"),
        "sign up, refused": client.post("/sign-up", empty),
        "sign in, refused": client.post("/sign-in", empty),
        "sent": client.get("/sign-up/sent"),
        "ask for a reset": client.get("/reset"),
        "reset sent": client.get("/reset/sent"),
        "verify": client.get(f"/verify/{token['verify']}"),
        "reset": client.get(f"/reset/{token['reset']}"),
        "gone": client.get("/reset/nonsense"),
        "settings": amara.get("/settings"),
        "settings of an owner": bruno.get("/settings"),
        "settings, refused": amara.post("/settings", empty),
        "address, refused": amara.post("/settings/address", empty),
        "organisation": client.get(bakery),
        "own organisation": bruno.get(bakery),
        "foreign organisation": amara.get(bakery),
        "members": bruno.get(f"{bakery}/members"),
        "invite, refused": bruno.post(f"{bakery}/invitations", empty),
        "edit": bruno.get(f"{bakery}/edit"),
        "new": amara.get("/organisations/new"),
        "new, not yet": new.get("/organisations/new"),
        "invitation to a visitor": client.get(f"/invitations/{token['invitation']}"),
        "invitation": chidi.get(f"/invitations/{token['invitation']}"),
        "invitation of another": amara.get(f"/invitations/{token['invitation']}"),
    }
    assert {name for name, answer in answers.items() if answer.status_code not in (200, 404, 422)} == set()
    assert html.complaints({name: answer.text for name, answer in answers.items()}) == []


def test_the_members_page_takes_two_statements_beside_the_session_s(client: Client, make: World) -> None:
    _tokens(make)
    browser, asked = client.as_(make.bruno), []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(make.engine, "before_cursor_execute", note)
    browser.get(f"/organisations/{make.bakery.public_id}/members")
    event.remove(make.engine, "before_cursor_execute", note)
    assert len(asked) == 1 + 2, asked
