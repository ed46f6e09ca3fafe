"""Does it fit the schema that it names? Only schemas of 1EdTech, at their own addresses, are ever compared with.

A schema says how a credential should be written, not whether it is genuine: what does not fit is a warning, and
everything that decides is held to rules of our own (`shape`) whether a schema is at hand or not. So a verification
never waits for one: it names the address in its check, and a shell may bring the document and call again.
"""

from __future__ import annotations

import functools
import re
from itertools import islice
from typing import Any

from . import jsonio
from .checks import Report
from .run import Run
from .sources import BadURL, Missing, Unreachable

TYPES = ("1EdTechJsonSchemaValidator2019", "JsonSchema")
_OB, _CLR = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json",
    "https://purl.imsglobal.org/spec/clr/v2p0/schema/json",
)
KNOWN = {
    f"{_OB}/ob_v3p0_achievementcredential_schema.json": "Open Badges 3.0",
    f"{_OB}/ob_v3p0_endorsementcredential_schema.json": "Open Badges 3.0, endorsements",
    f"{_CLR}/clr_v2p0_clrcredential_schema.json": "Comprehensive Learner Record 2.0",
}
MAX_SCHEMAS = 4
WAITS = "schema_waits"
_SHOWN = 3


class _Unusable(ValueError):
    """The document at the schema's address is no schema that can be compared with."""


def check_schemas(report: Report, view: dict[str, Any], run: Run) -> None:
    """Note, for each schema that a signed view names, whether the view fits it."""
    for entry in jsonio.listed(view.get("credentialSchema"))[:MAX_SCHEMAS]:
        kind = entry.get("type") if isinstance(entry, dict) else None
        url = jsonio.id_of(entry)
        if url is None or not set(TYPES) & set(jsonio.texts(kind)):
            said = ", ".join(jsonio.texts(kind))[:80] or "no type"
            report.add("schema", "document", "not_applicable", "schema_unsupported", detail=said)
        elif url not in KNOWN:
            report.add("schema", "document", "not_applicable", "schema_unknown", url=url[:300])
        else:
            _check_one(report, view, url, run)


def _check_one(report: Report, view: dict[str, Any], url: str, run: Run) -> None:
    name = KNOWN[url]
    if not run.sources.has(url):
        report.add("schema", "document", "not_applicable", WAITS, name=name, url=url)
        return
    try:
        wrong = _differences(run.sources.get(url, "schema").body, view)
    except (Missing, Unreachable, BadURL, _Unusable):
        report.add("schema", "document", "not_applicable", "schema_unreadable", name=name)
        return
    if wrong:
        report.add("schema", "document", "warn", "schema_differs", name=name, paths=", ".join(wrong))
    else:
        report.add("schema", "document", "pass", "schema_fits", name=name)


def _differences(body: bytes, view: dict[str, Any]) -> list[str]:
    """The first places where the view does not fit. Raises `_Unusable`."""
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        found = islice(_validator(body).iter_errors(view), _SHOWN)
        return sorted({"/" + "/".join(map(str, one.absolute_path)) for one in found})
    except (SchemaError, Unresolvable, RecursionError, re.error, TypeError, ValueError) as cause:
        raise _Unusable from cause


@functools.lru_cache(maxsize=4)
def _validator(body: bytes) -> Any:
    """A validator that reaches for no other document than the one given."""
    from jsonschema.validators import Draft201909Validator, validator_for
    from referencing import Registry

    try:
        schema = jsonio.parse_object(body)
    except jsonio.BadJSON as cause:
        raise _Unusable from cause
    made = validator_for(schema, default=Draft201909Validator)
    made.check_schema(schema)
    return made(schema, registry=Registry())
