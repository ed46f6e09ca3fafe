"""Where credentials show up beside their own pages: home, profile, organisation, the work that earned one."""

from sqlmodel import Session

from market.credentials import issuing
from market.credentials.models import Achievement
from market.engagements import assessments
from market.engagements.models import Engagement
from market.profiles import service as profiles
from market.profiles.rules import Visibility
from market.profiles.service import Basics
from market.rubrics.queries import rubric_with_criteria
from tests.credentials import issued_scene as scene
from tests.support.client import Client, words
from tests.support.world import Known, World


def test_an_offered_credential_waits_on_the_holders_home(client: Client, make: World) -> None:
    issued, amara = scene.given(make), client.as_(make.amara)
    assert "Take a credential, or leave it" in words(amara.get("/home"))
    assert "One waits for your answer:" in words(amara.get("/me"))
    scene.step(make, make.amara, issued, issuing.accept, True)
    assert "Take a credential, or leave it" not in words(amara.get("/home"))


def test_a_profile_shows_what_its_owner_shows_to_everyone(client: Client, make: World) -> None:
    with make.write() as db:
        profiles.save_profile(db, make.actor(make.amara), Basics(visibility=Visibility.PUBLIC))
    path = f"/people/{make.amara.public_id}"
    assert "Credentials" not in words(client.get(path))
    scene.accepted(make, scene.achievement(make, draft=scene.WORDS._replace(name="A secret")), public=False)
    scene.accepted(make)
    page = words(client.get(path))
    assert scene.NAME in page
    assert "A secret" not in page
    assert "All that were issued to you" in words(client.as_(make.amara).get(path))


def test_a_revoked_one_on_a_profile_says_so(client: Client, make: World) -> None:
    with make.write() as db:
        profiles.save_profile(db, make.actor(make.amara), Basics(visibility=Visibility.PUBLIC))
    scene.step(make, make.bruno, scene.accepted(make), issuing.revoke, "It was bought.")
    assert "Revoked" in words(client.get(f"/people/{make.amara.public_id}"))


def test_an_organisation_shows_what_can_be_earned_and_how_it_is_to_work_for_them(
    client: Client, make: World
) -> None:
    path = f"/organisations/{make.bakery.public_id}"
    assert "What can be earned here" not in words(client.get(path))
    scene.given(make)
    page = words(client.get(path))
    assert f"{scene.NAME} Micro-credential, issued once" in page
    assert "How it is to work for them" in page


def test_those_who_issue_have_a_way_there_in_the_menu(client: Client, make: World) -> None:
    assert 'href="/issuing"' in client.as_(make.bruno).get("/employer").text
    assert 'href="/issuing"' not in client.as_(make.mira).get("/employer").text
    assert "Nothing can be earned from you yet" in words(client.as_(make.bruno).get("/issuing"))


def _judged(make: World, who: Known, work: int) -> None:
    def judge(db: Session) -> None:
        found = db.get_one(Engagement, work)
        assert found.rubric_id is not None
        rubric = rubric_with_criteria(db, found.rubric_id)
        steps = {c.id: (3, "As asked.") for c in rubric.criteria}
        made = assessments.submit(db, make.actor(who), found, rubric, steps)
        if who is not make.amara:
            assessments.sign(db, make.actor(who), found, rubric, steps, "Good work.")
        assert made

    with make.write() as db:
        judge(db)
    make.drain()


def test_a_finished_work_leads_to_what_its_assessment_earned(client: Client, make: World) -> None:
    work = make.finished()
    with make.read() as db:
        found = db.get_one(Engagement, work)
    path = f"/work/{found.public_id}"
    assert "Define an achievement" in words(client.as_(make.bruno).get(path))
    assert "What was earned" not in words(client.as_(make.amara).get(path))
    plain = scene.achievement(make)
    page = client.as_(make.bruno).get(path)
    assert f"/achievements/{plain.public_id}/issue?person={make.amara.public_id}" in page.text
    named = client.as_(make.bruno).get(f"/achievements/{plain.public_id}/issue?person={make.amara.public_id}")
    assert "Amara Okafor" in words(named)
    earned = scene.achievement(
        make, draft=scene.WORDS._replace(name="Lists that hold"), rubric_id=found.rubric_id
    )
    for who in (make.amara, make.bruno):
        _judged(make, who, work)
    with make.read() as db:
        assert db.get_one(Achievement, earned.id).rubric_id == found.rubric_id
    page_of_amara = words(client.as_(make.amara).get(path))
    assert "What was earned Lists that hold" in page_of_amara
    assert "Offered" in page_of_amara
    assert "What was earned Lists that hold" in words(client.as_(make.bruno).get(path))
