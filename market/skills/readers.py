"""Reading taxonomies: ESCO CSV, O*NET technology and tools, and our own plain CSV, as typed records.

`sources(path)` says which files of a path hold skills and in which order to read them; `read(source)` streams
their records. Forms are told by their columns, so official files and packed copies are read alike:

=============  ======================================================================================
ESCO skills    conceptUri, preferredLabel, skillType; altLabels and hiddenLabels by line or " | "
ESCO groups    conceptUri, preferredLabel, code
ESCO labels    conceptUri, preferredLabel: the names in another language
ESCO broader   conceptUri, broaderUri
ESCO related   originalSkillUri, relationType, relatedSkillUri
O*NET          Example, Commodity Code, Commodity Title (Technology Skills, Tools Used), tabs
plain          name; also key, alternatives (" | "), field, family (tool|knowledge|soft), broader (a key),
               esco_uri, description, language
=============  ======================================================================================

Reading the same file again gives the same records with the same keys, and every record knows its line, so
that an import can be repeated and can go on where it stopped.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from market.skills.names_text import normalise
from market.skills.readers_rows import Refused, Row, header, line_count, rows
from market.skills.records import Family, Form, LabelRecord, Record, RelationRecord, SkillRecord, Source

__all__ = ["Family", "Form", "LabelRecord", "Record", "Refused", "RelationRecord", "SkillRecord", "Source"]
__all__ += ["line_count", "read", "sources"]

LONGEST_NAME = 300
"""Characters. The longest label in ESCO 1.2 has 168."""


def sources(path: Path) -> list[Source]:
    """The files at this path (a file, or a folder and not its subfolders) that hold skills, in reading order.

    Files of other kinds, occupations among them, are left out. Raises FileNotFoundError.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    order = list(Form)
    found = [
        Source(file, form, _language(file.name)) for file in files if file.is_file() and (form := _form(file))
    ]
    return sorted(
        found, key=lambda source: (order.index(source.form), source.language != "en", source.path.name)
    )


def read(source: Source) -> Iterator[Record | Refused]:
    """The records of one file, in its order.

    Several records may share a line. Memory: the keys of the file, to notice repetition.
    """
    reader = _READERS[source.form]
    first_line: dict[str, int] = {}
    for row in rows(source.path):
        if isinstance(row, Refused):
            yield row
        else:
            yield from _without_repeats(reader(row, source.language), first_line, source.form)


def _without_repeats(
    records: Iterator[Record | Refused], first_line: dict[str, int], form: Form
) -> Iterator[Record | Refused]:
    """O*NET lists a technology once per occupation, so there a repeat is no fault; elsewhere it is refused."""
    for record in records:
        if isinstance(record, SkillRecord):
            before = first_line.setdefault(record.key, record.line)
            if before != record.line:
                if form is not Form.ONET:
                    yield Refused(record.line, f"{record.key} was given before, on line {before}.")
                    return
                continue
        elif isinstance(record, RelationRecord) and form is Form.ONET:
            pair = f"{record.key}\t{record.other}"
            if first_line.setdefault(pair, record.line) != record.line:
                continue
        yield record


# -- which form


def _form(path: Path) -> Form | None:
    columns, first = header(path)
    has = set(columns)
    if {"originalSkillUri", "relationType", "relatedSkillUri"} <= has:
        return Form.ESCO_RELATED
    if "conceptUri" in has:
        return _esco_form(has, first)
    if {"Example", "Commodity Code", "Commodity Title"} <= has:
        return Form.ONET
    return Form.PLAIN if "name" in has and not {"login", "email"} & has else None


def _esco_form(has: set[str], first: dict[str, str]) -> Form | None:
    uri = first.get("conceptUri", "")
    # Occupations share the columns; the thematic collections repeat skills under "broaderConceptUri".
    if "/occupation/" in uri or "/isco/" in uri or {"iscoGroup", "broaderConceptUri"} & has:
        return None
    if "broaderUri" in has:
        return Form.ESCO_BROADER
    if "preferredLabel" not in has:
        return None
    if "skillType" in has:
        return Form.ESCO_SKILLS
    if "code" in has:
        return Form.ESCO_GROUPS
    return Form.ESCO_LABELS if has == {"conceptUri", "preferredLabel"} else None


def _language(file_name: str) -> str:
    """The language code before the ending: `skills_en.csv`, `...-preflabels-de.csv.gz`; English otherwise."""
    found = re.search(r"[_-]([a-z]{2})\.(?:csv|tsv|txt)(?:\.gz)?$", file_name)
    return found.group(1) if found else "en"


# -- one function per form: a row in, records out


def _esco_skill(row: Row, language: str) -> Iterator[Record | Refused]:
    uri, name = row.get("conceptUri"), row.get("preferredLabel")
    if fault := _uri_fault(uri) or _name_fault(name):
        yield Refused(row.line, fault)
        return
    alternatives, faults = _other_names(row.get("altLabels"), name)
    # Labels that a source glued together without separators still find the skill, and are never shown.
    hidden, more = _other_names(
        "\n".join((row.get("hiddenLabels"), row.get("altLabelsUnsplit"))), name, cut=True
    )
    yield SkillRecord(
        row.line,
        uri,
        name,
        language,
        _esco_family(row),
        alternatives=alternatives,
        hidden=hidden,
        description=row.get("description"),
        alignments=(("esco", uri),),
    )
    yield from (Refused(row.line, fault) for fault in (*faults, *more))


def _esco_group(row: Row, language: str) -> Iterator[Record | Refused]:
    uri, name = row.get("conceptUri"), row.get("preferredLabel")
    if fault := _uri_fault(uri) or _name_fault(name):
        yield Refused(row.line, fault)
        return
    alternatives, faults = _other_names(row.get("altLabels"), name)
    family = Family.SOFT if row.get("code").startswith("T") else Family.KNOWLEDGE
    description, alignments = row.get("description"), (("esco", uri),)
    yield SkillRecord(
        row.line,
        uri,
        name,
        language,
        family,
        True,
        alternatives,
        description=description,
        alignments=alignments,
    )
    yield from (Refused(row.line, fault) for fault in faults)


def _esco_label(row: Row, language: str) -> Iterator[Record | Refused]:
    uri, name = row.get("conceptUri"), row.get("preferredLabel")
    if fault := _uri_fault(uri) or _name_fault(name):
        yield Refused(row.line, fault)
    else:
        yield LabelRecord(row.line, uri, name, language)


def _esco_broader(row: Row, language: str) -> Iterator[Record | Refused]:
    yield _relation(row.line, row.get("conceptUri"), row.get("broaderUri"), is_broader=True)


def _esco_related(row: Row, language: str) -> Iterator[Record | Refused]:
    """ESCO's essential and optional both mean: knowing the one helps with the other."""
    yield _relation(row.line, row.get("originalSkillUri"), row.get("relatedSkillUri"), is_broader=False)


def _onet(row: Row, language: str) -> Iterator[Record | Refused]:
    """A technology and the commodity class (UNSPSC) it belongs to. O*NET names them and gives no identifier."""
    name, code, title = row.get("Example"), row.get("Commodity Code"), row.get("Commodity Title")
    if (
        fault := _name_fault(name)
        or _name_fault(title)
        or ("" if code.isdigit() else "The commodity code is no number.")
    ):
        yield Refused(row.line, fault)
        return
    group, key = f"unspsc:{code}", f"onet:{normalise(name)}"
    yield SkillRecord(row.line, group, title, language, Family.TOOL, True, alignments=(("unspsc", code),))
    yield SkillRecord(
        row.line, key, name, language, Family.TOOL, field=title, alignments=(("onet", key[5:]),)
    )
    yield RelationRecord(row.line, key, group, True)


def _plain(row: Row, language: str) -> Iterator[Record | Refused]:
    name, family, uri = row.get("name"), row.get("family") or Family.KNOWLEDGE.value, row.get("esco_uri")
    key = row.get("key") or normalise(name).replace(" ", "-")
    fault = _name_fault(name)
    if not fault and family not in set(Family):
        fault = f"The family is {family!r}; it is one of {', '.join(Family)}."
    if fault := fault or (_uri_fault(uri) if uri else ""):
        yield Refused(row.line, fault)
        return
    alternatives, faults = _other_names(row.get("alternatives"), name)
    yield SkillRecord(
        row.line,
        key,
        name,
        row.get("language") or language,
        Family(family),
        alternatives=alternatives,
        field=row.get("field"),
        description=row.get("description"),
        alignments=(("esco", uri),) if uri else (),
    )
    if broader := row.get("broader"):
        yield _relation(row.line, key, broader, is_broader=True)
    yield from (Refused(row.line, fault) for fault in faults)


_READERS = {
    Form.ESCO_GROUPS: _esco_group,
    Form.ESCO_SKILLS: _esco_skill,
    Form.ESCO_LABELS: _esco_label,
    Form.ESCO_BROADER: _esco_broader,
    Form.ESCO_RELATED: _esco_related,
    Form.ONET: _onet,
    Form.PLAIN: _plain,
}


# -- cells


def _relation(line: int, key: str, other: str, *, is_broader: bool) -> RelationRecord | Refused:
    if not key or not other:
        return Refused(line, "One end of the relation is missing.")
    if key == other:
        return Refused(line, f"{key} is related to itself.")
    return RelationRecord(line, key, other, is_broader)


def _esco_family(row: Row) -> Family:
    """ESCO does not say; transversal is soft, digital competence is a tool, the rest is a trade's knowledge."""
    if row.get("reuseLevel") == "transversal":
        return Family.SOFT
    is_digital = "digital" in row.get("collections").lower() and row.get("skillType") != "knowledge"
    return Family.TOOL if is_digital else Family.KNOWLEDGE


def _uri_fault(uri: str) -> str:
    if not uri:
        return "The identifier is missing."
    return "" if re.fullmatch(r"https?://[^\s<>\"]{3,500}", uri) else f"{uri[:80]!r} is no web address."


def _name_fault(name: str) -> str:
    if not name:
        return "The name is missing."
    if len(name) > LONGEST_NAME:
        return f"The name has {len(name)} characters; at most {LONGEST_NAME} are kept."
    return "" if normalise(name) else f"The name {name!r} holds no letter or digit."


def _other_names(cell: str, name: str, *, cut: bool = False) -> tuple[tuple[str, ...], list[str]]:
    """Other names in their order, each once and none equal to the name; and what was left out, and why.

    `cut` shortens over-long names at a space instead, for names that are only searched.
    """
    kept: dict[str, str] = {}
    faults: list[str] = []
    for other in (part.strip() for part in re.split(r"\n|\s\|\s", cell)):
        short = other[:LONGEST_NAME].rsplit(" ", 1)[0] if cut and len(other) > LONGEST_NAME else other
        if not short or short == name:
            continue
        if fault := _name_fault(short):
            faults.append(f"An other name of {name!r} was left out. {fault}")
        else:
            kept.setdefault(short, short)
    return tuple(kept), faults
