"""Rows of a form that is sent whole: without the blank ones, and without the one to be taken out."""

from collections.abc import Mapping
from typing import Any


def without_blank_rows(raw: Mapping[str, Any], prefix: str, telling: tuple[str, ...]) -> dict[str, Any]:
    """The form without rows of which every telling field is empty: a row holds select boxes that are never empty."""
    values = dict(raw)
    numbers = {key.split("-")[1] for key in values if key.startswith(f"{prefix}-") and key.count("-") == 2}
    for number in numbers:
        if not any(str(values.get(f"{prefix}-{number}-{name}", "")).strip() for name in telling):
            values = {k: v for k, v in values.items() if not k.startswith(f"{prefix}-{number}-")}
    return values


def without_row(raw: Mapping[str, Any], prefix: str, number: str) -> dict[str, Any]:
    """The form with one row taken out."""
    return {k: v for k, v in raw.items() if not k.startswith(f"{prefix}-{number}-")}


def all_values(raw: Any) -> dict[str, Any]:
    """The form as a dictionary in which a field that came more than once is a list."""
    values: dict[str, Any] = {}
    for name, value in raw.multi_items() if hasattr(raw, "multi_items") else raw.items():
        if name in values:
            before = values[name]
            values[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            values[name] = value
    return values
