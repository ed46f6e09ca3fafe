"""The index on disk: whole or refused with the reason, and never a mixture."""

import json

import numpy as np
import pytest

from market.matching.core import files
from market.matching.core.contract import Requirement, Tie
from market.matching.core.files import IndexFileError, open_current, write
from market.matching.core.index import Index
from market.matching.core.segment import Segment, build, empty
from market.matching.core.tiers import Change

ASKED = [Requirement(1, 2, 1, True), Requirement(2, 1, 3, False)]


def some(people: int = 500, seed: int = 1) -> Segment:
    random = np.random.default_rng(seed)
    ids = np.arange(1, people + 1, dtype=np.uint32)
    return build(
        np.concatenate([np.full(people, 1), np.full(people, 2)]).astype(np.uint32),
        np.concatenate([ids, ids]),
        random.integers(1, 256, 2 * people).astype(np.uint8),
        ids,
        random.integers(0, 9, (people, 2)),
        ("hours", "place"),
    )


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
def test_a_mapped_index_answers_as_the_one_in_memory(tmp_path, kernel):
    segment = some()
    write(tmp_path, segment, 42)
    stored = open_current(tmp_path)
    assert stored.built_to_seq == 42
    mapped, memory = Index(stored.segment, 42, kernel), Index(segment, 42, kernel)
    change = [Change(3, {1: 255, 2: 255}, {"hours": 1, "place": 1}), Change(4, None)]
    for index in (mapped, memory):
        index.apply(change, 43)
    assert mapped.top_k(ASKED, 30, Tie(7, 7)) == memory.top_k(ASKED, 30, Tie(7, 7))
    assert mapped.columns == ("hours", "place")


def test_nobody_can_be_stored_too(tmp_path):
    write(tmp_path, empty(("hours",)), 0)
    assert Index(open_current(tmp_path).segment).top_k(ASKED, 5, Tie()) == []


def test_the_mapped_arrays_are_not_copies(tmp_path):
    write(tmp_path, some(), 1)
    assert not open_current(tmp_path).segment.rows.flags.owndata


def test_a_new_index_takes_the_place_of_the_old_while_the_old_is_still_read(tmp_path):
    write(tmp_path, some(seed=1), 1)
    old = open_current(tmp_path)
    before = old.segment.levels.copy()
    for seq in (2, 3, 4):
        write(tmp_path, some(seed=seq), seq)
    assert open_current(tmp_path).built_to_seq == 4
    assert (old.segment.levels == before).all()
    assert len(list(tmp_path.glob("index-*.bin"))) == 2


def test_a_build_that_was_killed_leaves_the_old_index_in_service(tmp_path, monkeypatch):
    write(tmp_path, some(seed=1), 1)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, some(seed=2), 2)
    assert open_current(tmp_path).built_to_seq == 1
    write(tmp_path, some(seed=2), 2)
    assert open_current(tmp_path).built_to_seq == 2
    assert not list(tmp_path.glob(".*.tmp"))


def truncated(folder, path):
    path.write_bytes(path.read_bytes()[:-1])


def damaged(folder, path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def foreign(folder, path):
    path.write_bytes(b"x" * len(path.read_bytes()))


def another_version(folder, path):
    edit(folder, version=3)


def another_manifest(folder, path):
    (folder / "manifest.json").write_text('{"format": "something else"}')


def unreadable(folder, path):
    (folder / "manifest.json").write_text('{"format": ')


def a_list(folder, path):
    (folder / "manifest.json").write_text("[]")


def incomplete(folder, path):
    edit(folder, bytes=None)


def outside(folder, path):
    edit(folder, file="../" + path.name)


def missing_file(folder, path):
    path.unlink()


def no_manifest(folder, path):
    (folder / "manifest.json").unlink()


def edit(folder, **values):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **values}))


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (truncated, r"bytes instead of"),
        (damaged, "damaged: its checksum differs"),
        (foreign, "not an index of this format"),
        (another_version, "has version 3; this program reads 2"),
        (another_manifest, "not one of a matching index"),
        (unreadable, "cannot be read"),
        (a_list, "not one of a matching index"),
        (incomplete, "does not say bytes"),
        (outside, "outside its folder"),
        (missing_file, "named in the manifest is missing"),
        (no_manifest, "no index yet"),
    ],
)
def test_an_index_that_cannot_be_served_says_why(tmp_path, harm, reason):
    harm(tmp_path, write(tmp_path, some(), 1))
    with pytest.raises(IndexFileError, match=reason):
        open_current(tmp_path)


def test_a_file_replaced_between_manifest_and_opening_is_looked_up_again(tmp_path, monkeypatch):
    first = write(tmp_path, some(seed=1), 1)
    read, calls = files._manifest, []

    def slow(folder):
        manifest = read(folder)
        if not calls:
            calls.append(1)
            write(tmp_path, some(seed=2), 2)
            first.unlink()
        return manifest

    monkeypatch.setattr(files, "_manifest", slow)
    assert open_current(tmp_path).built_to_seq == 2
