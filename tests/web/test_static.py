"""Static files: kept for ever under the hash of the tree, and nothing beside them."""

from pathlib import Path

import pytest

from market.paths import data_dir
from market.web.static import static_base, static_url, tree_hash
from tests.support.client import Client
from tests.support.databases import Databases, SqliteFiles


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def test_a_file_under_todays_hash_may_be_kept_for_ever(site: Client) -> None:
    answer = site.get(static_url("css/base.css"))
    assert answer.status_code == 200
    assert answer.content == (data_dir("static") / "css" / "base.css").read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_under_another_hash_it_is_served_and_not_kept(site: Client) -> None:
    answer = site.get("/static/000000000000/css/base.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_every_page_names_its_files_under_todays_hash(site: Client) -> None:
    assert f"{static_base()}/css/base.css" in site.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "",
        "css",
        "css/",
        "css/missing.css",
        "..%2f..%2fpyproject.toml",
        "%2e%2e/%2e%2e/pyproject.toml",
        "css/..%2f..%2f..%2fpyproject.toml",
        "..%5c..%5cpyproject.toml",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "css/base.css%00.png",
        "%00",
        "x" * 5000,
    ],
)
def test_nothing_beside_the_static_files_is_served(site: Client, path: str) -> None:
    for base in (static_base(), "/static"):
        answer = site.get(f"{base}/{path}")
        assert answer.status_code == 404, (base, path)
        assert "foothold-market" not in answer.text


def test_the_hash_changes_with_a_byte_with_a_name_and_with_nothing_else(tmp_path: Path) -> None:
    def made(name: str, files: dict[str, bytes]) -> str:
        for path, content in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(content)
        return tree_hash(tmp_path / name)

    one = made("one", {"a/b.css": b"x", "c.css": b"y"})
    assert made("same", {"c.css": b"y", "a/b.css": b"x"}) == one
    assert made("byte", {"a/b.css": b"x", "c.css": b"z"}) != one
    assert made("name", {"a/d.css": b"x", "c.css": b"y"}) != one
    assert len(one) == 12
