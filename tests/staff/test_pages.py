"""The pages of an organisation's own people, from the agreement to the invitation."""

import re

import pytest
from sqlmodel import select

from market.staff import matrix, service
from market.staff.models import MatrixConsent, Need, PoolPlace
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


@pytest.fixture
def work(make: World) -> str:
    from market.engagements.models import Engagement

    made = make.finished()
    with make.read() as db:
        return db.get_one(Engagement, made).public_id


def test_on_finished_work_one_agrees_and_the_organisation_invites_from_its_pool(
    client: Client, make: World, work: str
) -> None:
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    assert "Nobody yet" in words(bruno.get(f"/organisations/{make.bakery.public_id}/pool"))
    assert "May Nettle & Rye Bakery invite you" in words(amara.get(f"/work/{work}"))
    done = amara.follow(amara.post("/agreements", {"org": make.bakery.public_id, "days": "365"}))
    assert "They may write" in words(done)
    assert "Pause it or take it back" in words(amara.get(f"/work/{work}"))
    assert "They agreed to be contacted until" in words(bruno.get(f"/work/{work}"))
    listed = bruno.get(f"/organisations/{make.bakery.public_id}/pool")
    assert make.amara.name in words(listed)
    found = re.search(r'href="(/pool/[a-z0-9]+)"', listed.text)
    assert found is not None
    opening = postings.published(make, known=postings.skills(make, "Spelt"), title="Lists for the new shop")
    refused = bruno.post(f"{found[1]}/notes", {"text": ""})
    assert refused.status_code == 422
    noted = bruno.follow(bruno.post(f"{found[1]}/notes", {"text": "Careful with lists."}))
    assert "Careful with lists." in words(noted)
    assert bruno.post(f"{found[1]}/invite", {"opening": "nothing", "note": "Hm."}).status_code == 422
    asked = bruno.follow(bruno.post(f"{found[1]}/invite", {"opening": opening, "note": "Your list."}))
    assert f"{make.amara.name} is invited to apply." in words(asked)
    assert "Careful with lists." not in words(amara.get("/agreements"))


def test_one_pauses_and_takes_back_on_one_s_own_page(client: Client, make: World, work: str) -> None:
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    with make.write() as db:
        place = service.agree(db, make.actor(make.amara), make.bakery.id, 180).public_id
    amara.post(f"/agreements/{place}/pause", {"paused": "on"})
    assert "They asked not to be contacted for now." in words(bruno.get(f"/pool/{place}"))
    assert "Not for now" in words(bruno.get(f"/organisations/{make.bakery.public_id}/pool"))
    amara.post(f"/agreements/{place}/pause", {"paused": ""})
    gone = amara.follow(amara.post(f"/agreements/{place}/end"))
    assert "Taken back." in words(gone)
    assert bruno.get(f"/pool/{place}").status_code == 404
    with make.read() as db:
        assert db.exec(select(PoolPlace)).all() == []


@pytest.mark.parametrize(("days", "status"), [("0", 403), ("9999", 403), ("soon", 422), ("", 422)])
def test_a_time_that_is_not_on_offer_is_refused(
    client: Client, make: World, work: str, days: str, status: int
) -> None:
    amara = client.as_(make.amara)
    answer = amara.post("/agreements", {"org": make.bakery.public_id, "days": days})
    assert answer.status_code == status


def test_a_member_stands_in_the_matrix_only_while_they_agree(client: Client, make: World) -> None:
    mira, bruno = client.as_(make.mira), client.as_(make.bruno)
    here = f"/organisations/{make.bakery.public_id}/skills"
    assert "Nobody has agreed yet." in words(bruno.get(here))
    mira.post("/agreements/matrix", {"org": make.bakery.public_id, "agrees": "on"})
    assert "One member has agreed. Name a skill below" in words(bruno.get(here))
    known = postings.skills(make, "Spelt flour")
    assert bruno.post(here, {"skill": "Nothing of that kind", "level": "3"}).status_code == 422
    assert bruno.post(here, {"skill": "Spelt flour", "level": "7"}).status_code == 422
    page = words(bruno.follow(bruno.post(here, {"skill": "Spelt flour", "level": "3"})))
    assert make.mira.name in page
    assert "Nothing shown yet" in page
    file = bruno.get(f"{here}?as=csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert make.mira.name in file.text
    mira.post("/agreements/matrix", {"org": make.bakery.public_id, "agrees": ""})
    for path in (here, f"{here}?as=csv"):
        assert make.mira.name not in bruno.get(path).text
    with make.read() as db:
        assert db.exec(select(MatrixConsent)).all() == []
        assert db.exec(select(Need)).one().skill_id == known["Spelt flour"]


def test_the_matrix_and_its_file_are_not_there_for_members_who_are_no_owners(
    client: Client, make: World
) -> None:
    with make.write() as db:
        matrix.agree(db, make.actor(make.mira), make.bakery.id)
    make.organisation(owner=make.chidi)
    for path in ("skills", "skills?as=csv"):
        assert client.as_(make.mira).get(f"/organisations/{make.bakery.public_id}/{path}").status_code == 403
        assert client.as_(make.chidi).get(f"/organisations/{make.bakery.public_id}/{path}").status_code == 404


def test_more_skills_than_fit_are_refused_with_the_reason(client: Client, make: World) -> None:
    names = [f"Dough {n}" for n in range(21)]
    known = postings.skills(make, *names)
    with make.write() as db:
        for name in names[:20]:
            matrix.put_need(db, make.actor(make.bruno), make.bakery.id, known[name], 2)
    here = f"/organisations/{make.bakery.public_id}/skills"
    refused = client.as_(make.bruno).post(here, {"skill": names[20], "level": "2"})
    assert refused.status_code == 422
    assert "Name at most 20 skills." in words(refused)
