"""The data that comes with the program is found in a wheel and in a checkout."""

from pathlib import Path

import pytest

from market import paths


def test_a_checkout_gives_the_folder_beside_the_package() -> None:
    assert (paths.data_dir("static") / "css" / "tokens.css").is_file()


def test_an_installed_copy_comes_before_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "market"
    (package / "_data" / "static").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert paths.data_dir("static") == package / "_data" / "static"


def test_a_folder_that_is_nowhere_is_named_in_the_error() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        paths.data_dir("nowhere")
