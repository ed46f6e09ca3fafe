"""Bytes and rows agree, whatever fails in between."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from market import clock
from market.config import Settings
from market.errors import Invalid, TooLarge
from market.files import disk, queries, rules, service
from market.files.models import File
from tests.files import samples
from tests.support.world import World


def _on_disk(settings: Settings) -> list[Path]:
    return sorted(p for p in settings.files.rglob("*") if p.is_file())


def test_a_file_is_kept_under_a_random_name_with_its_hash(make: World, site_settings: Settings) -> None:
    with make.write() as db:
        kept = service.store(db, make.actor(make.amara), "../brief.pdf", samples.PDF, about=("project", 7))
    (path,) = _on_disk(site_settings)
    assert path.name == kept.stored_as
    assert "brief" not in str(path)
    assert path.read_bytes() == samples.PDF
    assert path.stat().st_mode & 0o077 == 0
    with make.read() as db:
        (found,) = queries.files_about(db, "project", 7)
        assert (found.name, found.media_type, found.size) == (
            "brief.pdf",
            "application/pdf",
            len(samples.PDF),
        )
        assert service.content_of(db, found) == samples.PDF


def test_nothing_is_left_when_the_transaction_fails(make: World, site_settings: Settings) -> None:
    def fail_after_keeping() -> None:
        with make.write() as db:
            service.store(db, make.actor(make.amara), "a.pdf", samples.PDF, about=None)
            assert len(_on_disk(site_settings)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_keeping()
    assert _on_disk(site_settings) == []


def test_nothing_is_left_when_a_refused_form_rolls_back(make: World, site_settings: Settings) -> None:
    with make.write() as db:
        service.store(db, make.actor(make.amara), "a.pdf", samples.PDF, about=None)
        db.rollback()
    assert _on_disk(site_settings) == []


def test_the_end_of_a_savepoint_settles_nothing(make: World, site_settings: Settings) -> None:
    def fail_after_a_savepoint() -> None:
        with make.write() as db:
            with db.begin_nested():
                service.store(db, make.actor(make.amara), "a.pdf", samples.PDF, about=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_a_savepoint()
    assert _on_disk(site_settings) == []


def test_nothing_is_left_when_the_disk_is_full(
    make: World, site_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"), make.write() as db:
        service.store(db, make.actor(make.amara), "a.pdf", samples.PDF, about=None)
    assert _on_disk(site_settings) == []


def test_a_removed_file_is_gone_at_once_for_readers_and_its_bytes_with_the_sweep(
    make: World, site_settings: Settings
) -> None:
    with make.write() as db:
        kept = service.store(db, make.actor(make.amara), "a.pdf", samples.PDF, about=("project", 7))
    with make.write() as db:
        service.remove(db, make.actor(make.amara), db.get_one(File, kept.id))
    with make.read() as db:
        assert queries.files_about(db, "project", 7) == []
    with make.write() as db:
        assert service.sweep(db, clock.now()) == 1
    assert _on_disk(site_settings) == []


def test_the_sweep_takes_old_bytes_without_a_row_and_leaves_the_rest(
    make: World, site_settings: Settings
) -> None:
    with make.write() as db:
        kept = service.store(db, make.actor(make.amara), "a.pdf", samples.PDF, about=None)
    lost = disk.new_name()
    disk.write(site_settings.files, lost, b"lost")
    unfinished = disk.place(site_settings.files, lost).with_name(f".{disk.new_name()}.part")
    unfinished.write_bytes(b"half")
    long_ago = (clock.now() - timedelta(days=2)).timestamp()
    for path in _on_disk(site_settings):
        os.utime(path, (long_ago, long_ago))
    young = disk.new_name()
    disk.write(site_settings.files, young, b"a transaction is still at work on this")
    os.utime(disk.place(site_settings.files, young), (clock.now().timestamp(),) * 2)
    with make.write() as db:
        service.sweep(db, clock.now())
    assert {p.name for p in _on_disk(site_settings)} == {kept.stored_as, young}


def test_a_thing_has_at_most_twenty_files(make: World) -> None:
    with make.write() as db:
        actor = make.actor(make.amara)
        for n in range(rules.MOST_FILES):
            service.store(db, actor, f"{n}.txt", b"words", about=("project", 7))
        with pytest.raises(Invalid, match="There are 20 files here already"):
            service.store(db, actor, "one-more.txt", b"words", about=("project", 7))
        service.store(db, actor, "elsewhere.txt", b"words", about=("project", 8))


def test_a_picture_is_encoded_anew_and_its_hidden_parts_are_gone() -> None:
    sent = samples.png_with_words()
    assert b"Weir Lane" in sent
    ready = service.prepare("me.png", sent, 10**7)
    assert b"Weir Lane" not in ready.content
    assert b"script" not in ready.content
    with Image.open(BytesIO(ready.content)) as picture:
        assert picture.size == (20, 10)
        assert picture.convert("RGB").getpixel((3, 3)) == (0, 128, 128)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF"])
def test_other_pictures_stay_what_they_are(kind: str) -> None:
    ending = {"JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}[kind]
    ready = service.prepare(f"me.{ending}", samples.picture(kind), 10**7)
    with Image.open(BytesIO(ready.content)) as picture:
        assert (picture.format, picture.size) == (kind, (20, 10))


def test_a_picture_that_would_fill_the_memory_is_refused_unopened() -> None:
    content = samples.bomb()
    assert len(content) < 200_000
    with pytest.raises(Invalid, match="too large to open"):
        service.prepare("bomb.png", content, 10**7)


def test_a_damaged_picture_is_refused_with_words() -> None:
    with pytest.raises(Invalid, match="damaged"):
        service.prepare("half.png", samples.picture("PNG")[:45], 10**7)


def test_a_file_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge, match="At most"):
        service.prepare("a.txt", b"a" * 1001, 1000)
