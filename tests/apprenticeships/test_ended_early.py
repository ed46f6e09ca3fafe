"""A programme that ends early by the employer's fault, on its pages: the learner keeps credentials for what was assessed."""

import re
from typing import Any

import pytest

from market.engagements.models import Engagement
from tests.apprenticeships import scene
from tests.apprenticeships.test_capstone import parts
from tests.credentials.issuing_scene import check
from tests.engagements.scene import ledger, work
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


@pytest.fixture
def e(make: World) -> Engagement:
    return work(make, scene.running(make))


def ends_early(client: Client, make: World, e: Engagement) -> dict[str, dict[str, Any]]:
    """Walks a programme to its early end and the judgement after it: the credentials the learner accepted, by name."""
    path = f"/work/{e.public_id}"
    amara, mira, bruno = client.as_(make.amara), client.as_(make.mira), client.as_(make.bruno)
    scene.held(make, e.id)
    first, _second, last = parts(make, e.id)
    given = {"note": "Counted twice.", "link": "https://example.org/aisle", "as_evidence": "on"}
    assert amara.post(f"/work/milestones/{first.public_id}/hand-in", given).status_code == 303
    assert bruno.post(f"/work/milestones/{first.public_id}/approve", {"version": "1"}).status_code == 303

    # The learner cannot record the employer's fault alone; the employer owns it.
    blamed = {"note": "The oven broke for good, and we close.", "fault": "employer"}
    assert amara.post(f"{path}/end", blamed).status_code == 422
    assert bruno.post(f"{path}/end", blamed).status_code == 303
    make.drain()
    page = words(amara.get(path))
    assert "The oven broke for good" in page
    ended = work(make, e.id)
    assert (ended.status, ended.fault, ended.holds_seat) == ("ended_early", "employer", False)
    assert parts(make, e.id)[-1].status == "cancelled"
    assert last.status == "planned"
    assert amara.post(f"{path}/finish").status_code in (403, 409)

    # The assessor judges what there was to see, and leaves out the rest.
    assert "leave out the rest" in words(bruno.get(f"{path}/assess"))
    names = sorted(set(re.findall(r'name="(step-\d+)"', bruno.get(f"{path}/assess").text)))
    assert mira.post(f"{path}/assess", {names[0]: "4"}).status_code == 403  # not named for it
    assert bruno.post(f"{path}/assess", {}).status_code == 422
    assert bruno.post(f"{path}/assess", {names[0]: "4"}).status_code == 303
    signed = bruno.post(
        f"{path}/assessment", {names[0]: "4", "comment": "Every line of the aisle was right."}
    )
    assert signed.status_code == 303
    make.drain()

    assert len(ledger(make, make.amara.id, 4)) == 1
    mine = words(amara.get("/credentials"))
    assert "Stock control, in Stores and stock" in mine
    assert "Took part in Stores and stock" in mine
    assert "Writing instructions, in" not in mine
    found = dict(re.findall(r'href="/credentials/([a-z2-7]{16})"[^>]*>.*?(Stock control|Took part)', amara.get("/credentials").text, re.S))  # fmt: skip
    assert sorted(found.values()) == ["Stock control", "Took part"]
    documents: dict[str, dict[str, Any]] = {}
    page = words(amara.get(path))  # the page of the work shows both
    assert "What was earned" in page
    assert "Stock control, in Stores and stock" in page
    assert "Took part in Stores and stock" in page
    for public_id, name in found.items():
        assert amara.post(f"/credentials/{public_id}/accept", {"see": "public"}).status_code == 303
        make.drain()
        documents[name] = client.get(f"/credentials/{public_id}.json").json()
    return documents


def test_what_was_assessed_is_the_learners_when_the_employer_ends_it(
    client: Client, make: World, e: Engagement
) -> None:
    for name, document in ends_early(client, make, e).items():
        with make.read() as db:
            assert check(db, document).verdict == "verified"
        assert [one["id"] for one in document["evidence"]] == ["https://example.org/aisle"]
        assert len(document["credentialSubject"].get("result", [])) == (name == "Stock control")
