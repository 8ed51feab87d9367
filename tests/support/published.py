"""Cases that other systems have published (`../shared/cases`): one parameter a case, named by its id; what does not apply says why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def cases(name: str, not_applicable: Mapping[str, str] | None = None) -> list[Any]:
    """`not_applicable` {id: reason}: shown as skipped. Raises AssertionError where it names a case that there is not."""
    path = CASES / f"{name}.json"
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the published cases are not beside this repository"), id=name)]
    known, reasons = json.loads(path.read_text("utf-8"))["cases"], not_applicable or {}
    assert reasons.keys() <= {case["id"] for case in known}, sorted(reasons.keys() - {case["id"] for case in known})
    return [pytest.param(case, id=case["id"], marks=_skipped(reasons.get(case["id"], ""))) for case in known]


def fixture(name: str) -> dict[str, Any]:
    """What all cases of a file have in common; empty where there are none."""
    path = CASES / f"{name}.json"
    return json.loads(path.read_text("utf-8"))["conventions"]["shared_fixture"] if path.exists() else {}


def _skipped(reason: str) -> tuple[Any, ...]:
    return (pytest.mark.skip(reason=reason),) if reason else ()
