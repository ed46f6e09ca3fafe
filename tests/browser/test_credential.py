"""A credential from its first word to a stranger's check: defined, issued, accepted, opened, downloaded, verified."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from market.config import Settings
from market.credentials.proofs import baked
from market.credentials.verify_cli import verify_command
from market.db import transaction
from market.paths import data_dir
from market.skills import importing
from tests.browser import scene
from tests.browser.serving import PATIENCE, Site, serving
from tests.browser.steps import fill, follow, press, signs_in, told, unfold
from tests.support.world import World

NAME = "Bread for a night shift"


ADDRESS = "https://calderside.example"


@pytest.fixture
def site(make: World, site_settings: Settings, quick_hashes: None) -> Iterator[Site]:
    """The site, which signs under an address that others could ask."""
    importing.import_path(data_dir("seeds") / "skills.csv", partial(transaction, make.engine, write=True))
    with serving(site_settings, make.engine, issued_as=ADDRESS) as found:
        yield found


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
def test_a_credential_is_defined_issued_accepted_and_verified_from_its_picture(
    make: World,
    site: Site,
    window: Callable[..., Page],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    script: bool,
) -> None:
    scene.with_password(make, make.amara, make.bruno)
    bruno, amara, visitor = (window(java_script_enabled=script) for _ in range(3))
    _bruno_defines(bruno, site, make)
    _bruno_issues(bruno, site)
    path = _amara_accepts(amara, site, make)
    visitor.goto(site.url(path))
    told(visitor, "Yes, issued here")
    told(visitor, "Forty-two loaves, and no complaint in the morning.")
    with visitor.expect_download() as getting:
        visitor.get_by_role("link", name="Picture with the credential inside (PNG)").click()
    picture = tmp_path / "badge.png"
    getting.value.save_as(picture)
    code, said = _verified(picture, site, tmp_path / "documents", capsys)
    assert (code, said["verdict"]) in {(0, "verified"), (0, "verified_with_warnings")}, [
        one for one in said["checks"] if one["status"] != "pass"
    ]
    assert {one["status"] for one in said["checks"]} <= {"pass", "warn", "not_applicable"}
    bruno.goto(site.url(path))
    unfold(bruno, "Revoke it")
    bruno.locator("#revoke-reason").fill("The loaves were bought.")
    press(bruno, "Revoke it")
    site.settled()
    visitor.reload()
    told(visitor, "The loaves were bought.")
    code, said = _verified(picture, site, tmp_path / "later", capsys)
    assert (code, said["verdict"]) == (1, "not_verified")


def _bruno_defines(bruno: Page, site: Site, make: World) -> None:
    signs_in(bruno, site, make.bruno)
    bruno.goto(site.url("/issuing"))
    follow(bruno, "Define an achievement")
    fill(bruno, {"name": NAME, "kind": "MicroCredential"})
    press(bruno, "Go on")
    fill(
        bruno.locator("#achievement_form"),
        {
            "description": "Bakes the bread of one night alone.",
            "criteria": "Bake forty loaves in one night. A baker tastes one of them.",
            "skills-0-skill": "Bread making",
            "skills-0-level": "3",
            "valid_months": "24",
        },
    )
    press(bruno, "Go on and read it through")
    told(bruno, "Nobody else sees this yet.")
    press(bruno, "Publish it")
    told(bruno, "It is published.")


def _bruno_issues(bruno: Page, site: Site) -> None:
    follow(bruno, "Issue it to someone")
    fill(
        bruno,
        {"email": "amara@example.org", "narrative": "Forty-two loaves, and no complaint in the morning."},
    )
    press(bruno, "Sign and offer it")
    told(bruno, "It is being signed")
    site.settled()


def _amara_accepts(amara: Page, site: Site, make: World) -> str:
    """Where the credential is."""
    signs_in(amara, site, make.amara)
    amara.goto(site.url("/home"))
    told(amara, "Take a credential, or leave it")
    amara.goto(site.url("/credentials"))
    follow(amara, f"Read it {NAME}")
    fill(amara, {"see": "public"})
    press(amara, "Accept it")
    told(amara, "It is yours")
    site.settled()
    return amara.url.removeprefix(site.address)


def _verified(
    picture: Path, site: Site, folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, Any]]:
    """What `market verify` says of the picture, with the documents that the site serves to anyone."""
    credential = json.loads(baked.extract(picture.read_bytes())[1])
    _host, _o, organisation = credential["issuer"]["id"].removeprefix("did:web:").split(":")
    wanted = {f"{ADDRESS}/o/{organisation}/did.json": f"/o/{organisation}/did.json"}
    url = credential["credentialStatus"]["statusListCredential"]
    wanted[url] = url.removeprefix(ADDRESS)
    folder.mkdir()
    manifest = {}
    for n, (url, path) in enumerate(wanted.items()):
        (folder / f"{n}.json").write_bytes(
            httpx.get(site.url(path), timeout=PATIENCE).raise_for_status().content
        )
        manifest[url] = f"{n}.json"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    capsys.readouterr()
    code = verify_command(str(picture), as_json=True, documents=folder)
    return code, json.loads(capsys.readouterr().out)
