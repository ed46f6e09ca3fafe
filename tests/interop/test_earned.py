"""What people earn on their ways here, before verifiers that we did not write: a whole record, and an early end.

The ways are walked at the tests' own time, whatever the day; only the status lists have to be of today.
"""

import copy
import json
from typing import Any

from sqlmodel import col, select

from market import clock
from market.accounts.models import Organisation
from market.credentials.models import Issued
from market.wallet import records
from tests.apprenticeships import scene as apprenticeships
from tests.apprenticeships.test_ended_early import ends_early
from tests.credentials import issuing_scene as scene
from tests.engagements.scene import work
from tests.interop import verifiers
from tests.pathways import scene as pathways
from tests.support.client import Client
from tests.support.world import World


def _said(site: World, node: str, cases: dict[str, Any]) -> dict[str, set[bool]]:
    """What the three say of each case; the words of those that refuse are kept for a failure's sake."""
    verifiers.sign_lists_now(site)
    with site.read() as db:
        issuers = db.exec(select(Organisation.public_id).where(col(Organisation.is_issuer).is_(True))).all()
        documents = verifiers.published(db, verifiers.SITE, *issuers)
    said = verifiers.said_of(node, cases, documents)
    print(json.dumps(said, indent=1))
    assert all(set(told) == set(verifiers.LIBRARIES) for told in said.values())
    return {name: {one["ok"] for one in told.values()} for name, told in said.items()}


def test_a_record_of_two_issuers_and_a_pathway_is_accepted_with_all_that_is_in_it(
    named: World, node: str
) -> None:
    _pathway, bread, flour, target = pathways.two_issuers(named)
    _mill, otto = pathways.mill(named)
    pathways.give(named, bread, named.amara)
    pathways.give(named, flour, named.amara, by=otto)
    [larger] = pathways.got(named, target, named.amara)
    pathways.take(named, larger.id, named.amara)
    with named.read() as db:
        text = records.whole(db, named.amara.id)
    assert text is not None
    record = json.loads(text)
    assert len(record["credentialSubject"]["verifiableCredential"]) == 3
    changed = copy.deepcopy(record) | {"name": "Everything and more"}
    within = copy.deepcopy(record)
    within["credentialSubject"]["verifiableCredential"][1]["name"] = "Head miller"
    without = copy.deepcopy(record)
    without["credentialSubject"]["verifiableCredential"].pop()
    cases = {"whole": record, "changed": changed, "changed within": within, "with one taken out": without}
    assert _said(named, node, cases) == {name: {name == "whole"} for name in cases}
    with clock.standing(verifiers.lately()), named.read() as db:  # and ours says the same
        for name, case in cases.items():
            assert (scene.check(db, case).verdict == "verified") == (name == "whole"), name


def test_what_was_assessed_before_an_early_end_is_accepted(named: World, node: str, client: Client) -> None:
    engagement = work(named, apprenticeships.running(named))
    cases = ends_early(client, named, engagement)
    assert sorted(cases) == ["Stock control", "Took part"]
    assert cases["Stock control"]["credentialSubject"]["result"]
    assert all(one["evidence"] for one in cases.values())
    cases["changed"] = copy.deepcopy(cases["Stock control"])
    cases["changed"]["credentialSubject"]["result"][0]["achievedLevel"] += "0"
    with named.read() as db:
        issued = db.exec(select(Issued)).all()
        assert len(issued) == 2
    assert _said(named, node, cases) == {name: {name != "changed"} for name in cases}
