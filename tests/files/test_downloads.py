"""Nobody reads a file but its owner and those whom its feature lets, and no browser runs it."""

import dataclasses

import pytest
from sqlmodel import Session

from market.access import Actor
from market.files import disk, service
from market.files.models import File
from tests.files import samples
from tests.support.client import Client
from tests.support.world import World


def _kept(make: World, name: str, content: bytes, about: tuple[str, int] | None = ("project", 7)) -> File:
    with make.write() as db:
        return service.store(db, make.actor(make.amara), name, content, about=about)


@pytest.fixture
def readers(client: Client, make: World) -> Client:
    """A site on which Bruno may read the files of projects."""

    def may_read(db: Session, actor: Actor, project_id: int) -> bool:
        return actor.id == make.bruno.id and project_id == 7

    client.app.state.kit = dataclasses.replace(client.app.state.kit, file_readers={"project": may_read})
    return client


def test_the_owner_and_the_feature_s_readers_get_it_and_nobody_else(readers: Client, make: World) -> None:
    path = f"/files/{_kept(make, 'brief.pdf', samples.PDF).public_id}"
    assert readers.as_(make.amara).get(path).content == samples.PDF
    assert readers.as_(make.bruno).get(path).content == samples.PDF
    missing = readers.as_(make.chidi).get("/files/aaaaaaaaaaaaaaaa")
    foreign = readers.as_(make.chidi).get(path)
    assert (foreign.status_code, missing.status_code, readers.get(path).status_code) == (404, 404, 404)


def test_a_kind_nobody_answers_for_is_its_owner_s_alone(readers: Client, make: World) -> None:
    path = f"/files/{_kept(make, 'brief.pdf', samples.PDF, ('unheard', 7)).public_id}"
    assert readers.as_(make.bruno).get(path).status_code == 404
    assert readers.as_(make.amara).get(path).status_code == 200


@pytest.mark.parametrize(("name", "content"), [("logo.svg", samples.SVG), ("brief.pdf", samples.PDF)])
def test_a_download_is_saved_and_never_run(readers: Client, make: World, name: str, content: bytes) -> None:
    answer = readers.as_(make.amara).get(f"/files/{_kept(make, name, content).public_id}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "svg" not in answer.headers["content-type"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_name_cannot_write_headers(readers: Client, make: World) -> None:
    file = _kept(make, 'a"; x=y\r\nSet-Cookie: s=1\u202e ł.pdf', samples.PDF)
    answer = readers.as_(make.amara).get(f"/files/{file.public_id}")
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].startswith("attachment; filename*=utf-8''")


def test_a_file_whose_bytes_are_lost_is_a_page_that_says_so(readers: Client, make: World) -> None:
    file = _kept(make, "brief.pdf", samples.PDF)
    with make.read() as db:
        disk.remove(service.folder_of(db), file.stored_as)
    assert readers.as_(make.amara).get(f"/files/{file.public_id}").status_code == 404
