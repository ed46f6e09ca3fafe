"""Pathways in the browser: written without a script, published, walked, and seen where they belong."""

import re

import httpx

from market.accounts.models import Organisation
from market.credentials import issuing
from market.credentials.models import Achievement, Issued
from market.pathways import queries
from market.pathways.models import Pathway
from tests.pathways import scene
from tests.support.client import Client, words
from tests.support.world import World


def at(response: httpx.Response) -> str:
    assert response.status_code == 303, words(response)
    [found] = re.findall(r"/pathways/([a-z2-7]{16})", response.headers["location"])
    return str(found)


def public(make: World, achievement_id: int) -> str:
    with make.read() as db:
        return db.get_one(Achievement, achievement_id).public_id


def of_pathway(make: World, pathway_id: int) -> str:
    with make.read() as db:
        return db.get_one(Pathway, pathway_id).public_id


def test_a_pathway_is_written_over_two_issuers_read_through_and_published(
    client: Client, make: World
) -> None:
    org, otto = scene.mill(make)
    bread, target = (
        public(make, scene.achievement(make, "Bread")),
        public(make, scene.achievement(make, "Baker")),
    )
    flour = public(make, scene.achievement(make, "Flour", by=otto, org=org.id))
    licence = public(make, scene.achievement(make, "Hygiene"))
    bruno = client.as_(make.bruno)
    assert "No pathway yet" in words(bruno.get("/pathways/ours"))
    made = at(bruno.post("/pathways/new", {"title": "Baker's way"}))
    assert client.new().get(f"/pathways/{made}").status_code == 404
    page = bruno.get(f"/pathways/{made}")
    assert "things are missing" in words(page)
    assert bruno.post(f"/pathways/{made}/steps/publish", {}).status_code == 422
    sent = {
        "title": "Baker's way", "summary": "Bakes bread that sells.", "target": target, "needed": "2",
        "parts-0-own": bread, "parts-0-required": "on",
        "parts-1-address": f"https://market.example/achievements/{flour}?x=1#y",
        "before-0-address": f"/achievements/{licence}",
        "credits-0-institution": "Calderside College", "credits-0-amount": "2,5", "credits-0-link": "https://college.example/credit",
    }  # fmt: skip
    assert at(bruno.post(f"/pathways/{made}/edit", sent | {"save": "draft"})) == made
    form = bruno.get(f"/pathways/{made}/edit").text
    assert f'value="{flour}" selected' in form  # pasted once, it is chosen from the list
    assert 'value="2.5"' in form
    assert at(bruno.post(f"/pathways/{made}/edit", sent)) == made
    read = words(bruno.get(f"/pathways/{made}"))
    assert "All 2 parts." in read
    assert "2.5 ECTS" in read
    assert "Publish it" in read
    assert at(bruno.post(f"/pathways/{made}/steps/publish", {})) == made
    seen = words(client.new().get(f"/pathways/{made}"))
    assert "Calder Mill" in seen
    assert "by nobody yet" in seen
    assert "The page of Calderside College that says so" in seen
    assert "Baker's way" in words(client.new().get("/pathways"))
    assert "Baker's way" in words(bruno.get("/pathways/ours"))
    assert bruno.get(f"/pathways/{made}/edit").status_code == 403
    copied = at(bruno.post(f"/pathways/{made}/steps/copy", {}))
    assert copied != made
    assert at(bruno.post(f"/pathways/{made}/steps/retire", {})) == made
    assert "can still complete it" in words(client.new().get(f"/pathways/{made}"))
    assert bruno.post(f"/pathways/{made}/steps/sell", {}).status_code == 404


def test_bad_input_is_said_beside_its_field(client: Client, make: World) -> None:
    one, two = scene.achievement(make, "One"), scene.achievement(make, "Two")
    a, b, target = public(make, one), public(make, two), public(make, scene.achievement(make, "Baker"))
    bruno = client.as_(make.bruno)
    assert bruno.post("/pathways/new", {"title": ""}).status_code == 422
    made = at(bruno.post("/pathways/new", {"title": "Way"}))
    base = {"title": "Way", "target": target, "needed": "2", "parts-0-own": a, "parts-1-own": b}
    for changed, told in [
        ({"needed": "3"}, "It has 2 parts"),
        ({"needed": "1", "parts-0-required": "on", "parts-1-required": "on"}, "2 parts are marked"),
        ({"parts-2-own": a}, "stands here twice"),
        ({"parts-2-own": target}, "cannot be a part of itself"),
        ({"parts-2-address": "https://elsewhere.example/badge"}, "Nothing that can be earned stands"),
        ({"before-0-address": "nowhere"}, "No pathway and no achievement stands"),
        ({"before-0-address": f"/achievements/{a}"}, "required part instead"),
        ({"target": "nothing"}, "among your own"),
        ({"credits-0-institution": "C", "credits-0-amount": "two", "credits-0-link": "https://c.example"}, "Write a number"),
        ({"credits-0-institution": "C", "credits-0-amount": "0", "credits-0-link": "https://c.example"}, "above 0"),
        ({"credits-0-institution": "C", "credits-0-amount": "2", "credits-0-link": "javascript:1"}, "beginning with https"),
    ]:  # fmt: skip
        refused = bruno.post(f"/pathways/{made}/edit", base | changed)
        assert refused.status_code == 422, changed
        assert told in words(refused)
        assert 'value="Way"' in refused.text
    assert bruno.post(f"/pathways/{made}/edit", base).status_code == 303
    stale = bruno.post(f"/pathways/{made}/edit", base | {"seen": "0000"})
    assert stale.status_code == 409
    assert "Someone else saved this draft" in words(stale)


def test_a_reader_sees_their_own_way_and_where_a_credential_counts(client: Client, make: World) -> None:
    pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    there = f"/pathways/{of_pathway(make, pathway)}"
    amara = client.as_(make.amara)
    assert "You have none of its parts yet." in words(amara.get(there))
    assert "Your pathways" not in words(amara.get("/me"))
    issued = scene.give(make, bread, make.amara)
    with make.read() as db:
        credential = f"/credentials/{db.get_one(Issued, issued).public_id}"
    for page in (there, "/me", credential):
        assert "You have 1 of the 2 it takes. 1 more to go." in words(amara.get(page))
    stranger = words(client.new().get(credential))
    assert "What it counts towards" in stranger
    assert "more to go" not in stranger
    assert "What it counts towards" in words(client.new().get(f"/achievements/{public(make, flour)}"))
    assert "Baker's way" in words(client.new().get(f"/organisations/{make.bakery.public_id}"))
    part = scene.give(make, flour, make.amara, by=otto)
    [larger] = scene.got(make, target, make.amara)
    assert "You completed it on" in words(amara.get(there))
    assert "Completed on" in words(amara.get("/me"))
    assert "by one person" in words(client.new().get(there))
    scene.take(make, larger.id, make.amara)
    with make.write() as db:
        issuing.revoke(db, make.actor(otto), db.get_one(Issued, part), "A mistake.")
    make.drain()
    built = words(client.new().get(f"/credentials/{larger.public_id}"))
    assert "What it builds upon" in built
    assert "Revoked" in built
    assert "was revoked" in words(amara.get("/news"))
    assert "was revoked by its issuer" in words(client.as_(make.bruno).get("/news"))


def test_a_private_part_is_named_and_not_linked_for_others(client: Client, make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    hidden = scene.give(make, bread, make.amara, accept=False)
    scene.take(make, hidden, make.amara, public=False)
    scene.give(make, flour, make.amara, by=otto)
    [larger] = scene.got(make, target, make.amara)
    scene.take(make, larger.id, make.amara)
    with make.read() as db:
        link = f"/credentials/{db.get_one(Issued, hidden).public_id}"
    page = f"/credentials/{larger.public_id}"
    assert f'href="{link}"' not in client.new().get(page).text
    assert f'href="{link}"' in client.as_(make.amara).get(page).text


def test_what_is_for_members_is_seen_by_members_alone(client: Client, make: World) -> None:
    pathway, bread, *_more = scene.two_issuers(make, for_members=True)
    there = f"/pathways/{of_pathway(make, pathway)}"
    assert client.as_(make.mira).get(there).status_code == 200
    assert "Baker's way" in words(client.as_(make.mira).get("/pathways"))
    scene.give(make, bread, make.chidi)
    stranger = client.as_(make.chidi)
    assert stranger.get(there).status_code == 404
    for page in (
        "/pathways",
        "/me",
        f"/achievements/{public(make, bread)}",
        f"/organisations/{make.bakery.public_id}",
    ):
        assert "Baker's way" not in words(stranger.get(page))


def test_completed_while_nothing_can_be_issued_says_so(client: Client, make: World) -> None:
    from market.access import SYSTEM
    from market.accounts import organisations

    pathway, bread, flour, _target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    scene.give(make, bread, make.amara)
    with make.write() as db:
        organisations.unverify_organisation(db, SYSTEM, db.get_one(Organisation, make.bakery.id))
    scene.give(make, flour, make.amara, by=otto)
    page = client.as_(make.amara).get(f"/pathways/{of_pathway(make, pathway)}")
    assert "tried again by itself" in words(page)
    with make.write() as db:
        organisations.verify_organisation(db, SYSTEM, db.get_one(Organisation, make.bakery.id))
    make.sweep()
    make.drain()
    assert "See the credential it led to" in words(
        client.as_(make.amara).get(f"/pathways/{of_pathway(make, pathway)}")
    )


def test_the_lists_go_on_page_by_page(client: Client, make: World, monkeypatch: object) -> None:
    pathway, *_more = scene.two_issuers(make)
    with make.read() as db:
        rows = queries.listed(db, "public", (), 25)
        assert [row.id for row in rows] == [pathway]
        assert queries.listed(db, "public", (), 25, rows[0].id) == []
    assert client.get("/pathways?after=nonsense").status_code == 200


def test_a_draft_is_thrown_away_after_a_page_that_says_what_goes(client: Client, make: World) -> None:
    bread, cakes = scene.achievement(make, "Bread"), scene.achievement(make, "Cakes")
    first = scene.draft(make, scene.achievement(make, "Baker"), [bread, cakes])
    second = scene.draft(
        make, scene.achievement(make, "Master"), [bread, cakes], title="After it", before=[first]
    )
    one, two = of_pathway(make, first), of_pathway(make, second)
    bruno = client.as_(make.bruno)
    assert f"/pathways/{one}/discard" in bruno.get(f"/pathways/{one}").text
    assert "It was never out" in words(bruno.get(f"/pathways/{one}/discard"))
    assert client.as_(make.chidi).post(f"/pathways/{one}/discard").status_code == 403
    assert bruno.post(f"/pathways/{one}/discard").headers["location"].startswith("/pathways/ours")
    assert bruno.get(f"/pathways/{one}").status_code == 404
    assert "What comes before" not in words(bruno.get(f"/pathways/{two}"))
    make.drain()
    out, *_parts = scene.two_issuers(make)
    shown = of_pathway(make, out)
    assert bruno.get(f"/pathways/{shown}/discard").status_code == 403
    assert bruno.post(f"/pathways/{shown}/discard").status_code == 403
    assert "discard" not in bruno.get(f"/pathways/{shown}").text


def test_parts_of_other_organisations_are_chosen_from_a_list(client: Client, make: World) -> None:
    bread, target = scene.achievement(make, "Bread"), scene.achievement(make, "Baker")
    org, otto = scene.mill(make)
    flour = scene.achievement(make, "Knows flour", by=otto, org=org.id)
    scene.achievement(make, "Not out yet", by=otto, org=org.id, published=False)
    new = make.organisation("Unknown Mill", verified=False)
    made = of_pathway(make, scene.draft(make, target, [bread]))
    bruno = client.as_(make.bruno)
    page = bruno.get(f"/pathways/{made}/edit").text
    assert "Calder Mill: Knows flour" in page
    assert "Not out yet" not in page
    assert new.name not in page
    sent = {
        "title": "Baker's way", "summary": "Bakes.", "target": public(make, target), "needed": "2", "save": "draft",
        "parts-0-own": public(make, bread), "parts-1-own": public(make, flour),
    }  # fmt: skip
    assert bruno.post(f"/pathways/{made}/edit", sent).status_code == 303
    again = bruno.get(f"/pathways/{made}/edit").text
    assert f'value="{public(make, flour)}" selected' in again
