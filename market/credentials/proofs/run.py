"""One verification under way: what it was given, and how a key is looked up and noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from . import dids, keys
from .binding import Person
from .checks import Report
from .contexts import Contexts
from .sources import BadURL, Missing, Sources, Unreachable
from .trust import Registry

MAX_INNER = 24
MAX_NESTING = 3


@dataclass
class Budget:
    """How many credentials inside others may still be looked at in this run."""

    inner: int = MAX_INNER


@dataclass(frozen=True)
class Run:
    """The time, the documents, the person and the registries of one call.

    `holder_key` is the thumbprint address of the key that the credential at hand names as its holder's.
    """

    at: datetime
    sources: Sources
    contexts: Contexts
    person: Person | None
    registries: Sequence[Registry]
    budget: Budget
    depth: int = 0
    plain_http: bool = False
    holder_key: str | None = None

    def inside(self) -> Run:
        """The same run, one credential further in; nobody asks whose an inner credential is."""
        return replace(self, depth=self.depth + 1, holder_key=None)


def look_up_key(
    report: Report, run: Run, reference: str, purpose: str, check_id: str = "key"
) -> dids.Resolved | None:
    """The key that a reference names, when its controller lists it; what became of it is noted either way."""
    try:
        found = dids.resolve(reference, purpose, run.sources)
    except Missing as cause:
        report.add(check_id, "authentic", "unknown", "key_waits", url=str(cause))
    except Unreachable as cause:
        report.add(check_id, "authentic", "unknown", "key_unreachable", reason=cause.reason)
    except BadURL as cause:
        report.add(check_id, "authentic", "fail", "key_url_refused", detail=str(cause))
    except dids.MethodUnsupported as cause:
        report.add(check_id, "authentic", "unknown", "key_method_unsupported", detail=str(cause))
    except (dids.KeyRefused, keys.BadKey) as cause:
        note_bad_key(report, cause, check_id)
    else:
        report.add(check_id, "authentic", "pass", "key_listed", detail=reference)
        return found
    return None


def note_bad_key(report: Report, cause: dids.KeyRefused | keys.BadKey, check_id: str = "key") -> None:
    """Note a key that cannot be used: unknown where it is of a kind we do not check, else failed."""
    status = "unknown" if cause.code == "key_kind_unsupported" else "fail"
    report.add(check_id, "authentic", status, cause.code, detail=cause.detail)  # type: ignore[arg-type]
