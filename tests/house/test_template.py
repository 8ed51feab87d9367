"""Rules of the template, checked on what SAM expands it to: linting the source misses real errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.expanded import expanded
from tests.support.template import functions, resources, target

MOST_RESOURCES = 500


def _of(kind: str) -> dict[str, dict]:
    return {name: resource for name, resource in expanded()["Resources"].items() if resource["Type"] == kind}


def test_the_expanded_template_fits_with_room_to_grow():
    assert len(expanded()["Resources"]) < MOST_RESOURCES * 0.6


def test_the_expanded_template_has_no_lint(tmp_path):
    path = tmp_path / "expanded.json"
    path.write_text(json.dumps(expanded()))
    lint = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "--format",
        "parseable",
        "--non-zero-exit-code",
        "warning",
        "--ignore-checks",
        "W3002",
        "--template",
        str(path),
    ]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_queue_has_dead_letters_and_patience():
    timeouts = {folder: properties["Timeout"] for folder, properties in functions().items()}
    for folder, properties in functions().items():
        for event in properties.get("Events", {}).values():
            if event["Type"] != "SQS":
                continue
            queue = resources("AWS::SQS::Queue")[target(event["Properties"]["Queue"])]
            assert "RedrivePolicy" in queue, folder
            assert queue["VisibilityTimeout"] >= 6 * timeouts[folder], folder
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"], folder


def test_every_stream_bisects_and_keeps_what_failed():
    for properties in functions().values():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "DynamoDB":
                assert event["Properties"]["BisectBatchOnFunctionError"]
                assert event["Properties"]["DestinationConfig"]["OnFailure"]


def test_every_kind_of_movement_after_which_more_may_be_available_wakes_those_that_wait():
    from waybill.inventory.model.row import GROWING

    stream = next(event["Properties"] for event in functions()["stock_worker"]["Events"].values() if event["Type"] == "DynamoDB")
    (pattern,) = (json.loads(each["Pattern"]) for each in stream["FilterCriteria"]["Filters"])
    assert set(pattern["dynamodb"]["NewImage"]["last_kind"]["S"]) == set(GROWING)


def test_every_kind_of_movement_that_changes_what_is_available_may_be_told_to_channels():
    from waybill.inventory.model.row import KINDS, Op

    stream = next(event["Properties"] for event in functions()["listing"]["Events"].values() if event["Type"] == "DynamoDB")
    (pattern,) = (json.loads(each["Pattern"]) for each in stream["FilterCriteria"]["Filters"])
    assert set(pattern["dynamodb"]["NewImage"]["last_kind"]["S"]) == {kind for kind in KINDS if Op("x", kind, 1, 1).frees}


def test_every_table_is_kept_encrypted_and_restorable():
    for name, table in _of("AWS::DynamoDB::Table").items():
        assert table["DeletionPolicy"] == "RetainExceptOnCreate", name
        assert table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name
        assert table["Properties"]["SSESpecification"]["SSEEnabled"], name


@pytest.mark.parametrize("folder", sorted(functions()))
def test_every_function_s_code_is_there(folder):
    from tests.support.template import ROOT

    assert (ROOT / "functions" / folder / "app.py").exists()


def test_every_folder_of_functions_is_deployed():
    from tests.support.template import ROOT

    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert folders == set(functions())
