"""Taking taxonomies in: once, twice, after a kill, with faults, and several lists side by side; on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, func
from sqlmodel import Session, SQLModel, col, select

from market.paths import data_dir
from market.skills import importing, queries, service
from market.skills.importing import Progress, Report
from market.skills.models import (
    LabelKind,
    Skill,
    SkillAlignment,
    SkillImport,
    SkillKind,
    SkillLabel,
    SkillRelation,
)
from tests.support.world import World

ESCO = "http://data.europa.eu/esco/skill/"
HEAD = "key,name,alternatives,field,family,broader,esco_uri,description\n"
PLAIN = (
    HEAD
    + "sourdough,Sourdough,natural leaven | wild yeast,Baking,knowledge,bread,,Keeping a starter.\n"
    + f"bread,Bread making,loaf baking,Baking,knowledge,baking,{ESCO}bread,Loaves.\n"
    + "baking,Baking,,Baking,knowledge,,,All of it.\n"
)
FAULTY = PLAIN + "odd,,,,,,,No name.\nrye,Rye,,,weather,,,Bad family.\nspelt,Spelt,,,,no-such,,\n"
SKILLS = (
    "conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,description\n"
    f'{ESCO}bread,skill/competence,,make bread,"bake loaves\nbake bread",,Bread of all kinds.\n'
    f"{ESCO}flour,skill/competence,,mill flour,grind grain,,From grain.\n"
)


def take_in(make: World, path: Path) -> Report:
    return importing.import_path(path, make.write)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def everything(make: World) -> dict[str, list[tuple[object, ...]]]:
    """The whole taxonomy, without what differs between two runs: ids, instants and tokens."""
    with make.read() as db:
        keys = {skill.id: skill.key for skill in db.exec(select(Skill))}
        return {
            "skills": sorted(
                (s.key, s.name, s.kind, s.family, s.field, s.status, s.description)
                for s in db.exec(select(Skill))
            ),
            "labels": sorted(
                (keys[one.skill_id], one.language, one.kind, one.text, one.norm)
                for one in db.exec(select(SkillLabel))
            ),
            "relations": sorted(
                (keys[one.narrower_id], keys[one.broader_id], one.kind)
                for one in db.exec(select(SkillRelation))
            ),
            "alignments": sorted(
                (keys[one.skill_id], one.framework, one.uri) for one in db.exec(select(SkillAlignment))
            ),
        }


def count(db: Session, model: type[SQLModel]) -> int:
    return db.exec(select(func.count()).select_from(model)).one()


def test_a_list_is_taken_in_with_names_relations_and_alignments(make: World, tmp_path: Path) -> None:
    report = take_in(make, write(tmp_path / "list.csv", PLAIN))
    assert not report.left
    assert report.counts == {"skills": 3, "names": 6, "alignments": 1, "relations": 2}
    held = everything(make)
    assert held["relations"] == [("bread", "baking", "broader"), ("sourdough", "bread", "broader")]
    assert ("sourdough", "en", "alternative", "wild yeast", "wild yeast") in held["labels"]
    with make.read() as db:
        assert [one.preferred for one in service.find(db, "loaf").candidates] == ["Bread making"]


def test_a_second_run_changes_nothing(make: World, tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", PLAIN)
    take_in(make, path)
    with make.read() as db:
        before, token = everything(make), queries.version(db)
    again = take_in(make, path)
    assert not again.counts
    assert not again.resumed
    assert everything(make) == before
    with make.read() as db:
        assert queries.version(db) == token


def test_the_seeds_are_taken_in_whole_and_once(make: World) -> None:
    path = data_dir("seeds") / "skills.csv"
    first = take_in(make, path)
    assert first.left == []
    assert first.counts["skills"] == len(path.read_text(encoding="utf-8").splitlines()) - 1
    assert not take_in(make, path).counts


class Killed(BaseException):
    """The power goes off."""


class DyingWrites:
    """Transactions of which the n-th dies just before its commit."""

    def __init__(self, make: World, dies_at: int) -> None:
        self.make, self.left = make, dies_at

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        with self.make.write() as db:
            yield db
            self.left -= 1
            if self.left == 0:
                raise Killed


@pytest.mark.parametrize("dies_at", range(1, 11))
def test_an_import_killed_in_any_transaction_goes_on_to_the_same_end(
    make: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(importing, "BATCH_LINES", 1)
    path = write(tmp_path / "list.csv", PLAIN)
    with pytest.raises(Killed):
        importing.import_path(path, DyingWrites(make, dies_at))
    take_in(make, path)
    killed = everything(make)
    with make.write() as db:
        for model in (SkillRelation, SkillAlignment, SkillLabel, Skill, SkillImport):
            db.exec(delete(model))
    take_in(make, path)
    assert killed == everything(make)
    assert not take_in(make, path).counts


def test_an_import_goes_on_after_the_last_batch_that_was_committed(
    make: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_LINES", 1)
    path = write(tmp_path / "list.csv", PLAIN)
    with pytest.raises(Killed):
        importing.import_path(path, DyingWrites(make, 4))  # begin, line 2, line 3, and line 4 dies
    moved = path.rename(tmp_path / "renamed.csv")
    report = take_in(make, moved)
    assert report.resumed == [("renamed.csv", 3)]
    assert report.counts["skills"] == 1


@pytest.mark.parametrize("dies_at", range(2, 16))
def test_an_import_that_goes_on_still_reports_every_row_that_is_left_out(
    make: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(importing, "BATCH_LINES", 1)
    path = write(tmp_path / "list.csv", FAULTY)
    with pytest.raises(Killed):
        importing.import_path(path, DyingWrites(make, dies_at))
    assert [(one.file, one.line) for one in take_in(make, path).left] == [("list.csv", n) for n in (5, 6, 7)]


def test_rows_that_are_left_out_say_their_line_and_why(make: World, tmp_path: Path) -> None:
    report = take_in(make, write(tmp_path / "list.csv", FAULTY))
    assert [(one.file, one.line) for one in report.left] == [("list.csv", n) for n in (5, 6, 7)]
    assert report.left[0].reason == "The name is missing."
    assert "'weather'" in report.left[1].reason
    assert report.left[2].reason == "There is no skill no-such: the relation was left out."
    assert report.counts["skills"] == 4


def test_progress_ends_at_the_last_line(make: World, tmp_path: Path) -> None:
    told: list[Progress] = []
    importing.import_path(write(tmp_path / "list.csv", PLAIN), make.write, told.append)
    assert told[-1] == Progress("list.csv", "relations", 4, 4)
    assert {one.part for one in told} == {"names", "relations"}


def test_a_folder_of_esco_is_taken_in_with_groups_and_other_languages(make: World, tmp_path: Path) -> None:
    group = "http://data.europa.eu/esco/skill/S1"
    top = "http://data.europa.eu/esco/skill/S"
    write(tmp_path / "skills_en.csv", SKILLS)
    write(
        tmp_path / "skillGroups_en.csv",
        f"conceptUri,code,preferredLabel,altLabels,description\n{top},S,skills,,\n{group},S1,making food,,\n",
    )
    write(
        tmp_path / "skills_de.csv",
        f"conceptUri,preferredLabel\n{ESCO}bread,Brot backen\n{ESCO}gone,Verschwunden\n",
    )
    write(
        tmp_path / "broaderRelationsSkillPillar.csv",
        f"conceptUri,broaderUri\n{ESCO}bread,{group}\n{group},{top}\n{ESCO}flour,{ESCO}gone\n",
    )
    write(
        tmp_path / "skillSkillRelations.csv",
        f"originalSkillUri,relationType,relatedSkillUri\n{ESCO}bread,optional,{ESCO}flour\n",
    )
    report = take_in(make, tmp_path)
    assert [(one.file, one.line) for one in report.left] == [
        ("skills_de.csv", 3),
        ("broaderRelationsSkillPillar.csv", 4),
    ]
    with make.read() as db:
        bread = db.exec(select(Skill).where(Skill.key == ESCO + "bread")).one()
        assert bread.field == "making food"
        assert [(n.language, n.text) for n in queries.names_of(db, bread.id)][:2] == [
            ("en", "make bread"),
            ("de", "Brot backen"),
        ]
        around = queries.around(db, bread.id)
        assert [one.name for one in around.broader] == ["making food"]
        assert [one.name for one in around.related] == ["mill flour"]
        assert db.exec(select(Skill.kind).where(Skill.key == group)).one() is SkillKind.GROUP
        assert [one.preferred for one in service.find(db, "brot").candidates] == ["make bread"]
        assert service.find(db, "making food").match is None  # a group is not asked for by itself
    assert not take_in(make, tmp_path).counts


@pytest.mark.parametrize("order", [("list.csv", "skills_en.csv"), ("skills_en.csv", "list.csv")])
def test_the_sites_own_list_names_a_skill_whichever_list_came_first(
    make: World, tmp_path: Path, order: tuple[str, str]
) -> None:
    write(tmp_path / "list.csv", PLAIN)
    write(tmp_path / "skills_en.csv", SKILLS)
    for name in (*order, *order):
        take_in(make, tmp_path / name)
    with make.read() as db:
        bread = db.exec(select(Skill).where(Skill.key == "bread")).one()
        assert (bread.name, bread.field) == ("Bread making", "Baking")
        names = {(one.text, str(one.kind)) for one in queries.names_of(db, bread.id)}
        assert names == {
            ("Bread making", "preferred"),
            ("loaf baking", "alternative"),
            ("make bread", "alternative"),
            ("bake loaves", "alternative"),
            ("bake bread", "alternative"),
        }
        assert count(db, Skill) == 4
    assert not take_in(make, tmp_path).counts


def test_two_rows_with_one_address_stay_two_skills(make: World, tmp_path: Path) -> None:
    text = PLAIN + f"loaves,Loaf making,,Baking,knowledge,,{ESCO}bread,Loaves again.\n"
    take_in(make, write(tmp_path / "list.csv", PLAIN))
    report = take_in(make, write(tmp_path / "longer.csv", text))
    assert [one.line for one in report.left] == [5]
    assert "Bread making already" in report.left[0].reason
    with make.read() as db:
        assert count(db, Skill) == 4
    assert not take_in(make, tmp_path / "longer.csv").counts


def test_a_newer_list_renames_and_keeps_the_old_name_findable(make: World, tmp_path: Path) -> None:
    take_in(make, write(tmp_path / "list.csv", PLAIN))
    newer = PLAIN.replace("Bread making,loaf baking", "Bread baking,loaf baking | home bread")
    report = take_in(make, write(tmp_path / "newer.csv", newer))
    assert (report.counts["skills changed"], report.counts["names"]) == (1, 2)
    with make.read() as db:
        bread = db.exec(select(Skill).where(Skill.key == "bread")).one()
        kinds = {one.text: one.kind for one in queries.names_of(db, bread.id)}
        assert kinds["Bread baking"] is LabelKind.PREFERRED
        assert kinds["Bread making"] is LabelKind.ALTERNATIVE
        found = service.find(db, "bread making").candidates
        assert [one.preferred for one in found] == ["Bread baking"]
    assert not take_in(make, tmp_path / "newer.csv").counts


def test_what_moderators_merged_stays_merged_after_another_import(make: World, tmp_path: Path) -> None:
    path = write(tmp_path / "skills_en.csv", SKILLS)
    take_in(make, path)
    with make.write() as db:
        bread = db.exec(select(Skill).where(Skill.key == ESCO + "bread")).one()
        flour = db.exec(select(Skill).where(Skill.key == ESCO + "flour")).one()
        service.merge(db, make.actor(make.dana), flour, bread)
    before = everything(make)
    assert not take_in(make, path).counts
    assert everything(make) == before
    with make.read() as db:
        assert db.exec(select(Skill.name).where(col(Skill.merged_into_id).is_(None))).all() == ["make bread"]


def test_onet_is_taken_in_with_its_classes(make: World, tmp_path: Path) -> None:
    text = (
        "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\n"
        "11-1011\tAdobe Acrobat\t43232202\tDocument management software\n"
        "11-1021\tAdobe Acrobat\t43232202\tDocument management software\n"
    )
    path = write(tmp_path / "Technology Skills.txt", text)
    report = take_in(make, path)
    assert report.counts == {"skills": 2, "names": 2, "alignments": 2, "relations": 1}
    assert not report.left
    assert not take_in(make, path).counts


def test_a_path_without_skills_is_told(make: World, tmp_path: Path) -> None:
    write(tmp_path / "people.csv", "login,email\na,b\n")
    assert take_in(make, tmp_path).files == 0
    with pytest.raises(FileNotFoundError):
        take_in(make, tmp_path / "nowhere")
