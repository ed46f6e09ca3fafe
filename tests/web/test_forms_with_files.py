"""Each form that takes files comes back after one that is too large, with the complaint beside the files and every word
that was written, however large it was; and nothing of it is kept."""

import html
import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from market.accounts import sessions
from market.credentials.checking.models import Check
from market.engagements.models import Deliverable
from market.files.models import File
from market.paths import data_dir
from market.profiles import service as profiles
from market.profiles.projects import Made
from market.wallet import identities
from tests.credentials import issued_scene
from tests.engagements import scene
from tests.support.client import Client
from tests.support.world import Known, World

MB = 1_048_576


def _hand_in(make: World) -> tuple[str, Known | None]:
    return f"/work/milestones/{scene.parts(make, make.engagement())[0].public_id}/hand-in", make.amara


def _project(make: World) -> tuple[str, Known | None]:
    made = Made("The rota", date(2026, 3, 1))
    actor = make.actor(make.amara)
    with make.write() as db:
        return f"/me/projects/{profiles.add_project(db, actor, made).public_id}/files", make.amara


def _many(make: World) -> tuple[str, Known | None]:
    return f"/achievements/{issued_scene.achievement(make).public_id}/many", make.bruno


def _bring(make: World) -> tuple[str, Known | None]:
    return "/wallet/add", make.amara


def _check(make: World) -> tuple[str, Known | None]:
    return "/verify-credential", None


def _answer(make: World) -> tuple[str, Known | None]:
    with make.write() as db:
        proof = identities.challenge(db, sessions.actor_for(db, make.amara.id), "testserver")
        return f"/wallet/identifiers/{proof.public_id}/answer", make.amara


# route: where it is and who sends it, the field of its files, what is written beside them
FORMS: dict[str, tuple[Callable[[World], tuple[str, Known | None]], str, dict[str, str]]] = {
    "engagements.hand_in": (
        _hand_in, "files", {"note": "All of it,\ncounted.", "link": "https://example.org/a", "as_evidence": "on"},
    ),
    "profiles.add_files": (_project, "files", {}),
    "credentials.give_many": (_many, "file", {"sheet": "amara@example.org\nchidi@example.org"}),
    "wallet.bring": (_bring, "file", {"link": "https://badges.example/a/1", "text": "or this", "see": "public"}),
    "checks.start": (_check, "file", {"link": "https://badges.example/a/1", "text": "or this"}),
    "wallet.answer": (_answer, "file", {"answer": "eyJ and so on"}),
}  # fmt: skip


def standing(page: str, name: str) -> list[str]:
    """What stands in the controls of this name, as it would be sent."""
    found = [
        one
        for tag in re.findall(r"<input [^>]*>", page)
        if f' name="{name}"' in tag
        and (('type="radio"' not in tag and 'type="checkbox"' not in tag) or " checked" in tag)
        for one in re.findall(r' value="([^"]*)"', tag)
    ]
    found += re.findall(rf'<textarea [^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.S)
    return [html.unescape(one) for one in found]


def kept(db: Session) -> list[int]:
    return [
        db.exec(select(func.count(col(of.id)))).one()  # type: ignore[attr-defined]
        for of in (File, Deliverable, Check)
    ]


def test_every_form_with_files_is_in_the_table() -> None:
    named = re.compile(r"form\.start\((?:url\('([\w.]+)'|at\b)[^%}]*files=true\)")
    pages = [path.read_text() for path in data_dir("templates").rglob("*.html")]
    found = [name for text in pages for name in named.findall(text)]
    assert sorted(found) == sorted(["" if name == "credentials.give_many" else name for name in FORMS])


@pytest.mark.parametrize("size", [2 * MB, 15 * MB], ids=["past a file", "past a request"])
@pytest.mark.parametrize("route", FORMS)
def test_a_file_too_large_costs_nothing_that_was_written(
    make: World, clients: Callable[..., Client], route: str, size: int
) -> None:
    scene_of, field, wrote = FORMS[route]
    path, who = scene_of(make)
    site = clients(upload_max_bytes=MB, request_max_bytes=4 * MB)
    with make.read() as db:
        before = kept(db)
    answer = (site.as_(who) if who else site).post(
        path, wrote, files={field: ("<b>.csv", b"a" * size, "text/csv")}
    )
    assert answer.status_code == 413
    complaint = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.S)
    assert complaint is not None, "it stands beside the field"
    assert "&lt;b&gt;.csv has more than 1 MB." in complaint[1]
    assert f'href="#{field}-field"' in answer.text
    for name, text in wrote.items():
        assert text in standing(answer.text, name), name
    with make.read() as db:
        assert kept(db) == before
