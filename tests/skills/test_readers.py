"""Reading taxonomies: the official forms, the copies that lie about, and what is wrong with a row."""

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.paths import data_dir
from market.skills.names import Kind, NameIndex, Row, Status, normalise
from market.skills.readers import (
    Family,
    Form,
    LabelRecord,
    Record,
    Refused,
    RelationRecord,
    SkillRecord,
    Source,
    line_count,
    read,
    sources,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "taxonomy"
SKILL = "http://data.europa.eu/esco/skill/"

ESCO_HEADER = (
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,"
    "scopeNote,definition,inScheme,description\n"
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def everything(path: Path) -> list[Record | Refused]:
    return [record for source in sources(path) for record in read(source)]


def skill(row_id: str, name: str, alternatives: str = "", reuse: str = "", hidden: str = "") -> str:
    cells = f'"{name}","{alternatives}","{hidden}",released,,,,,"What it is, in words."'
    return f"KnowledgeSkillCompetence,{SKILL}{row_id},skill/competence,{reuse},{cells}\n"


def test_official_skills_are_read_with_their_names_by_line(tmp_path: Path) -> None:
    text = ESCO_HEADER + skill(
        "1", "manage staff", "oversee staff\nmanage staff\noversee staff\nlead staff", hidden="mgmt"
    )
    [record] = everything(write(tmp_path / "skills_en.csv", text))
    assert record == SkillRecord(
        2,
        SKILL + "1",
        "manage staff",
        "en",
        Family.KNOWLEDGE,
        alternatives=("oversee staff", "lead staff"),
        hidden=("mgmt",),
        description="What it is, in words.",
        alignments=(("esco", SKILL + "1"),),
    )


def test_a_transversal_skill_is_soft(tmp_path: Path) -> None:
    path = write(tmp_path / "skills_en.csv", ESCO_HEADER + skill("1", "work in teams", reuse="transversal"))
    [record] = everything(path)
    assert isinstance(record, SkillRecord)
    assert record.family is Family.SOFT


def test_a_folder_is_read_in_the_order_that_relations_need_and_without_occupations(tmp_path: Path) -> None:
    write(tmp_path / "skills_en.csv", ESCO_HEADER + skill("1", "bake bread"))
    write(
        tmp_path / "skillGroups_en.csv",
        f"conceptType,conceptUri,preferredLabel,altLabels,code\nG,{SKILL}S1,baking,,S1\n",
    )
    write(
        tmp_path / "broaderRelationsSkillPillar_en.csv",
        f"conceptType,conceptUri,broaderType,broaderUri\nK,{SKILL}1,G,{SKILL}S1\n",
    )
    write(
        tmp_path / "skillSkillRelations_en.csv",
        f"originalSkillUri,originalSkillType,relationType,relatedSkillType,relatedSkillUri\n{SKILL}1,k,optional,k,{SKILL}2\n",
    )
    write(tmp_path / "labels-de.csv", f"conceptUri,preferredLabel\n{SKILL}1,Brot backen\n")
    occupation = "http://data.europa.eu/esco/occupation/1"
    write(
        tmp_path / "occupations_en.csv", f"conceptUri,iscoGroup,preferredLabel,code\n{occupation},1,baker,1\n"
    )
    write(
        tmp_path / "broaderRelationsOccPillar_en.csv", f"conceptUri,broaderUri\n{occupation},{occupation}2\n"
    )
    write(
        tmp_path / "greenSkillsCollection_en.csv",
        f"conceptUri,preferredLabel,skillType,broaderConceptUri\n{SKILL}1,x,y,z\n",
    )
    write(tmp_path / "read me.txt", "Nothing here.\n")
    assert [source.form for source in sources(tmp_path)] == [
        Form.ESCO_GROUPS,
        Form.ESCO_SKILLS,
        Form.ESCO_LABELS,
        Form.ESCO_BROADER,
        Form.ESCO_RELATED,
    ]
    group, _, label, broader, related = everything(tmp_path)
    assert isinstance(group, SkillRecord)
    assert group.is_group
    assert label == LabelRecord(2, SKILL + "1", "Brot backen", "de")
    assert broader == RelationRecord(2, SKILL + "1", SKILL + "S1", True)
    assert related == RelationRecord(2, SKILL + "1", SKILL + "2", False)


def test_onet_names_each_technology_once_and_its_class_as_a_group(tmp_path: Path) -> None:
    header = "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology\tIn Demand\n"
    row = "11-1011.00\tAdobe Acrobat\t43232202\tDocument management software\tY\tN\n"
    other = "11-1012.00\tAdobe Acrobat\t43232202\tDocument management software\tY\tN\n"
    records = everything(write(tmp_path / "Technology Skills.txt", header + row + other))
    assert [type(record) for record in records] == [SkillRecord, SkillRecord, RelationRecord]
    group, tool, relation = records
    assert isinstance(group, SkillRecord)
    assert isinstance(tool, SkillRecord)
    assert (group.key, group.is_group, tool.name, tool.family) == (
        "unspsc:43232202",
        True,
        "Adobe Acrobat",
        Family.TOOL,
    )
    assert relation == RelationRecord(2, tool.key, group.key, True)


def test_a_plain_list_needs_only_names(tmp_path: Path) -> None:
    [record] = everything(write(tmp_path / "ours.csv", "name\nBread making\n"))
    assert record == SkillRecord(2, "bread-making", "Bread making", "en", Family.KNOWLEDGE)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("K,only,three", "The row has 3 cells and the header 13."),
        (skill("1", "").strip(), "The name is missing."),
        (skill("1", "!!!").strip(), "The name '!!!' holds no letter or digit."),
        (skill("1", "x" * 301).strip(), "The name has 301 characters; at most 300 are kept."),
        (skill("1", "bad \ufffd byte").strip(), "The row holds bytes that are not UTF-8 text."),
        (skill("1", "nul \0").strip(), "The row holds bytes that are not UTF-8 text."),
        ("K,,skill,,a name,,,,,,,,", "The identifier is missing."),
        ("K,javascript:alert(1),skill,,a name,,,,,,,,", "'javascript:alert(1)' is no web address."),
        (skill("0", "again").strip(), f"{SKILL}0 was given before, on line 2."),
        (
            skill("1", "a name", "y" * 301).strip(),
            "An other name of 'a name' was left out. The name has 301 characters; at most 300 are kept.",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_and_the_next_is_read(
    tmp_path: Path, row: str, reason: str
) -> None:
    text = ESCO_HEADER + skill("0", "first") + row + "\n" + skill("9", "last")
    records = everything(write(tmp_path / "skills_en.csv", text))
    assert [record for record in records if isinstance(record, Refused)] == [Refused(3, reason)]
    names = [record.name for record in records if isinstance(record, SkillRecord)]
    assert (names[0], names[-1]) == ("first", "last")


def test_bytes_of_another_encoding_are_refused_by_row(tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_bytes("name\nKäse\n".encode("latin-1") + b"Brot\n")
    refused, read_one = everything(path)
    assert refused == Refused(2, "The row holds bytes that are not UTF-8 text.")
    assert isinstance(read_one, SkillRecord)


def test_a_misplaced_quotation_mark_costs_its_own_row(tmp_path: Path) -> None:
    refused, after = everything(write(tmp_path / "ours.csv", 'name,field\n"Bread" making,x\nBaking,y\n'))
    assert isinstance(refused, Refused)
    assert refused.line == 2
    assert isinstance(after, SkillRecord)
    assert after.name == "Baking"


def test_a_quotation_mark_never_closed_is_said_with_the_lines_it_took(tmp_path: Path) -> None:
    [first, refused] = everything(write(tmp_path / "ours.csv", 'name,field\nBaking,y\n"Bread,x\na,b\nc,d\n'))
    assert isinstance(first, SkillRecord)
    assert isinstance(refused, Refused)
    assert refused.line == 3
    assert "from line 3 to 5" in refused.reason


def test_a_packed_file_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "skills_en.csv.gz"
    text = ESCO_HEADER + "".join(skill(str(n), f"skill number {n * 7919}") for n in range(4000))
    packed = gzip.compress(text.encode())
    path.write_bytes(packed[: len(packed) // 2])
    *read_before, last = everything(path)
    assert isinstance(last, Refused)
    assert "breaks off" in last.reason
    assert 100 < len(read_before) < 4000
    assert 0 < line_count(path) < 4001


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\x1f\x8b", b"\x1f\x8bnot gzip", b"\xff\xfe\x00", b"a;b\n1;2\n"]
)
def test_a_file_that_holds_no_skills_is_no_source(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert sources(path) == []


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sources(tmp_path / "none")


@pytest.mark.parametrize(
    ("form", "header", "row", "reason"),
    [
        (Form.ESCO_BROADER, "conceptUri,broaderUri", "a,", "One end of the relation is missing."),
        (Form.ESCO_BROADER, "conceptUri,broaderUri", "a,a", "a is related to itself."),
        (Form.ESCO_LABELS, "conceptUri,preferredLabel", "a,b", "'a' is no web address."),
        (Form.ESCO_GROUPS, "conceptUri,preferredLabel,code", f"{SKILL}1,,S", "The name is missing."),
        (
            Form.PLAIN,
            "name,family",
            "Baking,hard",
            "The family is 'hard'; it is one of tool, knowledge, soft.",
        ),
        (Form.PLAIN, "name,esco_uri", "Baking,esco", "'esco' is no web address."),
        (
            Form.ONET,
            "Example\tCommodity Code\tCommodity Title",
            "a\tb\tc",
            "The commodity code is no number.",
        ),
    ],
)
def test_each_form_says_what_is_wrong(tmp_path: Path, form: Form, header: str, row: str, reason: str) -> None:
    path = write(tmp_path / "file_en.csv", f"{header}\n{row}\n")
    assert list(read(Source(path, form, "en"))) == [Refused(2, reason)]


def test_reading_again_gives_the_same(tmp_path: Path) -> None:
    rows = "".join(skill(str(n), f"skill {n}", "one\ntwo") for n in range(20))
    [source] = sources(write(tmp_path / "skills_en.csv", ESCO_HEADER + rows))
    assert list(read(source)) == list(read(source))


@given(st.binary(max_size=300), st.sampled_from(list(Form)))
def test_no_file_crashes_the_readers(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, form: Form
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for start in (b"", b"name,family\n", b"conceptUri,preferredLabel,skillType\n", b"\x1f\x8b"):
        path.write_bytes(start + content)
        sources(path)
        for record in read(Source(path, form, "en")):
            assert record.line >= 1


# -- our own list


def our_list() -> list[dict[str, str]]:
    with (data_dir("seeds") / "skills.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_our_list_is_read_whole() -> None:
    records = everything(data_dir("seeds") / "skills.csv")
    skills = [record for record in records if isinstance(record, SkillRecord)]
    assert [record for record in records if isinstance(record, Refused)] == []
    assert len(skills) == len(our_list()) >= 600
    keys = {record.key for record in skills}
    assert {record.other for record in records if isinstance(record, RelationRecord)} <= keys
    assert len({record.field for record in skills}) >= 12
    assert {record.family for record in skills} == set(Family)
    assert all(record.description and record.alternatives for record in skills)


def test_no_two_skills_of_our_list_share_a_name() -> None:
    names: Counter[str] = Counter()
    for row in our_list():
        names.update({normalise(name) for name in (row["name"], *row["alternatives"].split(" | ")) if name})
    assert [name for name, count in names.items() if count > 1] == []


def test_broader_skills_of_our_list_make_no_circle() -> None:
    broader = {row["key"]: row["broader"] for row in our_list()}
    for key in broader:
        seen = [key]
        while above := broader[seen[-1]]:
            assert above not in seen
            seen.append(above)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Spreadsheets",
            "Data cleaning",
            "Writing instructions",
            "Form design",
            "Stock control",
            "Statistics",
        ),
        *(
            "Information governance",
            "Communication",
            "Teamwork",
            "Leadership",
            "Reliability",
            "Problem solving",
        ),
    ],
)
def test_our_list_has_the_skills_that_the_pages_speak_of(name: str) -> None:
    assert _our_index().find(name).status is Status.MATCHED


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("excel", "Spreadsheets"),
        ("inventory management", "Stock control"),
        ("bike repair", "Bicycle repair"),
        ("C++", "C++"),
        ("C", "C"),
        ("c sharp", "C#"),
        (".net", ".NET"),
        ("golang", "Go"),
        ("GDPR", "Data protection"),
        ("barista skills", "Coffee making"),
    ],
)
def test_our_list_is_found_by_what_people_say(typed: str, name: str) -> None:
    match = _our_index().find(typed).match
    assert match is not None
    assert match.preferred == name


def _our_index() -> NameIndex:
    rows: list[Row] = []
    for number, row in enumerate(our_list()):
        rows.append((number, row["name"], Kind.PREFERRED))
        rows.extend((number, name, Kind.ALTERNATIVE) for name in row["alternatives"].split(" | "))
    return NameIndex(rows)


# -- the whole of ESCO, where it lies beside the checkout

needs_esco = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the ESCO files are not in {SHARED}")


@needs_esco
def test_the_whole_of_esco_is_read() -> None:
    counts: Counter[str] = Counter()
    refused = []
    for source in sources(SHARED):
        if source.form is Form.ONET:
            continue
        for record in read(source):
            counts[f"{source.form}"] += not isinstance(record, Refused)
            refused += [record] if isinstance(record, Refused) else []
    assert counts[Form.ESCO_SKILLS] == 13_939
    assert counts[Form.ESCO_GROUPS] == 640
    assert counts[Form.ESCO_BROADER] == 20_822
    assert counts[Form.ESCO_RELATED] == 5_817
    assert [refusal.reason.endswith("is related to itself.") for refusal in refused] == [True]


@needs_esco
def test_the_esco_identifiers_of_our_list_are_those_of_esco() -> None:
    [source] = [source for source in sources(SHARED) if source.form is Form.ESCO_SKILLS]
    known = {record.key for record in read(source) if isinstance(record, SkillRecord)}
    ours = [row["esco_uri"] for row in our_list() if row["esco_uri"]]
    assert set(ours) <= known
    assert len(set(ours)) == len(ours) >= 100
