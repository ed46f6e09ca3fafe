"""The whole loop, with JavaScript: with the project's own skills, and with those of ESCO."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlmodel import func, select

from market.config import Settings
from market.db import transaction
from market.skills import importing
from market.skills.models import Skill, SkillKind
from tests.browser import scene
from tests.browser.loop import Loop
from tests.browser.serving import Site, serving
from tests.support.world import World

TAXONOMY = Path(__file__).parents[3] / "shared" / "data" / "taxonomy"


def test_a_gig_goes_all_the_way_round_and_changes_profile_and_ranking(
    make: World, site: Site, window: Callable[..., Page], tmp_path: Path
) -> None:
    scene.with_password(make, make.amara, make.bruno)
    earlier = scene.earlier_opening(make)
    amara, bruno = window(), window()
    Loop(site, make, amara, bruno, earlier).walk(tmp_path)


def test_the_loop_runs_with_the_skills_of_esco(
    make: World,
    site_settings: Settings,
    quick_hashes: None,
    window: Callable[..., Page],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """13,939 skills and all their names, beside which the two that are needed are found by what they are called."""
    if not TAXONOMY.is_dir():
        pytest.skip(f"The files of ESCO are not at {TAXONOMY}.")
    files = tmp_path / "esco"
    files.mkdir()
    for path in TAXONOMY.glob("esco-1.2.0-*skill*"):
        (files / path.name).symlink_to(path)
    importing.import_path(files, partial(transaction, make.engine, write=True))
    with make.read() as db:
        assert db.exec(select(func.count()).where(Skill.kind == SkillKind.SKILL)).one() == 13_939
    monkeypatch.setattr(scene, "SKILLS", ("carry out inventory planning", "use spreadsheets software"))
    scene.with_password(make, make.amara, make.bruno)
    earlier = scene.earlier_opening(make)
    with serving(site_settings, make.engine) as site:
        Loop(site, make, window(), window(), earlier).walk(tmp_path)
