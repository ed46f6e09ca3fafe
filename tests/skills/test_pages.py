"""The pages of skills, and the field by which other forms ask for one, with htmx and without."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from market.skills import forms, queries, service
from market.skills.models import SkillRelation
from tests.skills.test_service import add, propose
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import World

PROPOSAL = {"name": "Mead making", "description": "Making mead from honey, water and yeast."}


def test_typing_offers_skills_as_radio_buttons(make: World, client: Client) -> None:
    with make.write() as db:
        bread = add(db, "Bread making", "loaf baking", field="Baking and food").public_id
    page = client.fragment("/skills/find?field=into&into=loaf", "into-options")
    assert page.status_code == 200
    assert "<html" not in page.text
    assert f'name="into_id" value="{bread}"' in page.text
    assert "checked" not in page.text
    assert "Baking and food, also “loaf baking”" in words(page)


def test_a_field_name_that_could_break_out_is_not_echoed(make: World, client: Client) -> None:
    name = '"><script>'
    page = client.fragment(f"/skills/find?q=bread&field={quote(name)}", f"{name}-options")
    assert "<script>x" not in page.text
    assert '"><script>' not in page.text


def test_the_search_page_works_without_a_script(make: World, client: Client) -> None:
    with make.write() as db:
        bread = add(db, "Bread making", "loaf baking").public_id
    assert f'href="/skills/{bread}"' in client.get("/skills/find", params={"q": "loaf"}).text
    assert "We know no skill called “zzzz”" in words(client.get("/skills/find", params={"q": "zzzz"}))


def test_a_clear_name_is_chosen_and_an_unclear_one_comes_back_with_choices(make: World) -> None:
    with make.write() as db:
        laundry, wine = add(db, "Pressing", field="Laundry"), add(db, "Pressing", field="Wine")
        bread = add(db, "Bread making", "loaf baking")
        ids = laundry.public_id, wine.public_id, bread.public_id
    with make.read() as db:
        assert forms.chosen(db, " bread MAKING ").picked == ids[2]
        two = forms.chosen(db, "pressing")
        assert two.skill is None
        assert {one.public_id for one in two.options} == set(ids[:2])
        assert two.error == "Choose which skill you mean by “pressing”."
        assert forms.chosen(db, "pressing", ids[1]).picked == ids[1]
        unknown = forms.chosen(db, "xylophone tuning")
        assert unknown.is_unknown
        assert unknown.error is not None
        assert forms.chosen(db, "").error is None
        assert forms.chosen(db, "", ids[2]).picked == ids[2]


def test_a_choice_made_for_another_text_does_not_count(make: World) -> None:
    with make.write() as db:
        add(db, "Pressing", field="Laundry")
        add(db, "Pressing", field="Wine")
        bread = add(db, "Bread making").public_id
    with make.read() as db:
        assert forms.chosen(db, "pressing", bread).skill is None


def test_an_alias_that_says_something_else_is_confirmed_by_a_person(make: World) -> None:
    with make.write() as db:
        coding = add(db, "Computer programming", "PowerShell").public_id
    with make.read() as db:
        asked = forms.chosen(db, "PowerShell")
        assert asked.skill is None
        assert [one.public_id for one in asked.options] == [coding]
        assert forms.chosen(db, "PowerShell", coding).picked == coding


def test_a_merged_skill_that_was_picked_is_the_one_that_stands_for_it(make: World) -> None:
    with make.write() as db:
        old, new = add(db, "Making bread"), add(db, "Bread making")
        ids = old.public_id, new.public_id
        service.merge(db, make.actor(make.dana), old, new)
    with make.read() as db:
        assert forms.chosen(db, "making bread", ids[0]).picked == ids[1]


def test_nobody_uses_the_proposal_of_someone_else(make: World) -> None:
    mead = propose(make, "Mead making")
    with make.read() as db:
        assert forms.chosen(db, "mead making", mead, viewer=make.amara.id).picked == mead
        assert forms.chosen(db, "mead making", mead, viewer=make.chidi.id).is_unknown


def test_groups_are_no_answer(make: World) -> None:
    with make.write() as db:
        group = add(db, "Baking skills")
        group.kind = "group"  # type: ignore[assignment]
        db.add(group)
        public_id = group.public_id
    with make.read() as db:
        assert forms.chosen(db, "", public_id).skill is None
        assert forms.chosen(db, "Baking skills").is_unknown


def test_the_page_of_a_skill_says_its_names_and_what_lies_around_it(make: World, client: Client) -> None:
    with make.write() as db:
        baking = add(db, "Baking")
        bread, sour = add(db, "Bread making", "loaf baking", hidden=("brd",)), add(db, "Sourdough")
        db.add(SkillRelation(narrower_id=bread.id, broader_id=baking.id))
        db.add(SkillRelation(narrower_id=sour.id, broader_id=bread.id))
        public_id = bread.public_id
    said = words(client.get(f"/skills/{public_id}"))
    assert "Also called loaf baking" in said
    assert "Part of Baking" in said
    assert "More closely Sourdough" in said
    assert "brd" not in said
    assert "For moderators" not in said


def test_a_merged_skill_leads_to_the_one_that_stands_for_it(make: World, client: Client) -> None:
    with make.write() as db:
        old, new = add(db, "Making bread"), add(db, "Bread making")
        ids = old.public_id, new.public_id
        service.merge(db, make.actor(make.dana), old, new)
    assert client.get(f"/skills/{ids[0]}").headers["location"] == f"/skills/{ids[1]}"


def test_a_proposal_is_seen_by_its_maker_and_moderators_only(make: World, client: Client) -> None:
    mead = propose(make, "Mead making")
    assert client.get(f"/skills/{mead}").status_code == 404
    assert client.as_(make.chidi).get(f"/skills/{mead}").status_code == 404
    assert "Waits for a moderator" in words(client.as_(make.amara).get(f"/skills/{mead}"))
    assert "Decide on this proposal" in words(client.as_(make.dana).get(f"/skills/{mead}"))


def test_proposing_shows_what_looks_alike_first(make: World, client: Client) -> None:
    with make.write() as db:
        add(db, "Mead tasting")
    amara = client.as_(make.amara)
    assert "Is it one of these? Mead tasting" in words(
        amara.get("/skills/new", params={"name": "Mead making"})
    )
    refused = amara.post("/skills/propose", PROPOSAL)
    assert refused.status_code == 422
    assert "Look at the skills above" in words(refused)
    assert 'value="Mead making"' in refused.text
    shown = amara.follow(amara.post("/skills/propose", {**PROPOSAL, "sure": "1"}))
    assert "you can name it in your forms from now on" in words(shown)
    assert [e.name for e in make.events("skill.proposed")] == ["skill.proposed"]


def test_a_name_there_is_already_is_not_proposed(make: World, client: Client) -> None:
    propose(make, "Mead making")
    answer = client.as_(make.chidi).post("/skills/propose", {**PROPOSAL, "sure": "1"})
    assert answer.status_code == 422
    assert "Someone has proposed this name already" in words(answer)
    answer = client.as_(make.amara).post("/skills/propose", {**PROPOSAL, "sure": "1"})
    assert "There is a skill of this name" in words(answer)
    answer = client.as_(make.amara).post("/skills/propose", {**PROPOSAL, "name": "!!!"})
    assert "letters or digits" in words(answer)


def test_visitors_are_asked_to_sign_in_before_they_propose(client: Client) -> None:
    refused = client.post("/skills/propose", PROPOSAL)
    assert refused.status_code == 401
    assert "Sign in, in another tab" in refused.text
    assert PROPOSAL["description"] in refused.text
    assert client.get("/skills/new").headers["location"].startswith("/sign-in")


def test_moderators_take_in_turn_down_and_merge(make: World, client: Client) -> None:
    mead, cider = propose(make, "Mead making"), propose(make, "Cider making")
    perry = propose(make, "Perry making")
    dana = client.as_(make.dana)
    assert "Mead making" in words(dana.get("/skills/proposed"))
    assert client.as_(make.amara).get("/skills/proposed").status_code == 403
    assert "Mead making is in the taxonomy" in words(dana.follow(dana.post(f"/skills/{mead}/approve")))
    refused = dana.post(f"/skills/{cider}/refuse", {"note": ""})
    assert refused.status_code == 422
    assert "Fill this in" in words(refused)
    dana.follow(dana.post(f"/skills/{cider}/refuse", {"note": "This is a drink."}))
    unclear = dana.post(f"/skills/{perry}/merge", {"into": "mead"})
    assert unclear.status_code == 422
    assert f'value="{mead}"' in unclear.text
    merged = dana.follow(dana.post(f"/skills/{perry}/merge", {"into": "mead", "into_id": mead}))
    assert "Perry making is Mead making from now on" in words(merged)
    assert "No proposals wait" in words(dana.get("/skills/proposed"))


def test_skills_are_browsed_by_field_page_by_page(make: World, client: Client) -> None:
    with make.write() as db:
        for n in range(61):
            add(db, f"Baking {n:02}", field="Baking & food")
        add(db, "Loose")
    said = words(client.get("/skills"))
    assert "Baking & food 61 skills" in said
    assert "Other skills one skill" in said
    first = client.get("/skills", params={"field": "Baking & food"})
    assert "Baking 59" in first.text
    assert "Baking 60" not in first.text
    href = first.text.split('href="/skills?field=Baking%20%26%20food&amp;after=')[1].split('"')[0]
    second = words(client.get("/skills", params={"field": "Baking & food", "after": href}))
    assert "Baking 60" in second
    assert "Baking 59" not in second
    assert "No skill is listed here" in words(client.get("/skills", params={"field": "Nothing"}))


def test_a_taxonomy_without_skills_says_what_to_do(client: Client) -> None:
    assert "No skills are listed yet" in words(client.get("/skills"))


def test_a_filled_field_is_shown_as_chosen(make: World, clients: Callable[..., Client]) -> None:
    with make.write() as db:
        bread = add(db, "Bread making")
        asked = forms.of(bread)
    assert (asked.text, asked.picked, asked.error) == ("Bread making", bread.public_id, None)
    with make.read() as db:
        assert queries.get_skill(db, asked.picked).name == "Bread making"
        assert asked.skill is not None
        assert asked.skill.id == bread.id


def test_every_page_of_skills_is_valid_html(make: World, client: Client) -> None:
    if reason := why_not():
        pytest.skip(reason)
    mead = propose(make, "Mead making")
    with make.write() as db:
        add(db, "Pressing", field="Laundry")
        two = add(db, "Pressing", "wine <pressing>", field="Wine").public_id
    dana = client.as_(make.dana)
    paths = (
        "/skills",
        "/skills?field=Wine",
        "/skills/find?q=press",
        "/skills/find?q=zzzz",
        f"/skills/{two}",
        "/skills/new?name=pressing",
        "/skills/proposed",
        f"/skills/{mead}/merge",
    )
    found = {path: dana.get(path).text for path in paths}
    found["refused"] = dana.post(f"/skills/{mead}/merge", {"into": "pressing"}).text
    found["not proposed"] = dana.post("/skills/propose", {"name": "Pressin"}).text
    found["not refused"] = dana.post(f"/skills/{mead}/refuse", {"note": ""}).text
    assert not complaints(found)


def test_many_people_type_at_once_while_names_change(make: World) -> None:
    with make.write() as db:
        add(db, "Sourdough")

    def type_on(_n: int) -> list[str]:
        with make.read() as db:
            return [one.preferred for one in service.find(db, "sour").candidates]

    with ThreadPoolExecutor(4) as pool:
        before = list(pool.map(type_on, range(12)))
        with make.write() as db:
            add(db, "Sourcing flour")
        after = list(pool.map(type_on, range(12)))
    assert before == [["Sourdough"]] * 12
    assert after == [["Sourdough", "Sourcing flour"]] * 12
