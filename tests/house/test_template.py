"""Rules of the template, checked on what SAM expands it to: linting the source misses real errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.expanded import expanded
from tests.support.template import functions, resources, target
from waybill.channels.patience import MOST_SECONDS

MOST_RESOURCES = 500


def _of(kind: str) -> dict[str, dict]:
    return {name: resource for name, resource in expanded()["Resources"].items() if resource["Type"] == kind}


def test_the_expanded_template_fits_with_room_to_grow():
    assert len(expanded()["Resources"]) < MOST_RESOURCES * 0.75


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


def test_a_flood_at_a_door_of_others_leaves_room_for_the_rest_of_the_api():
    (stage,) = _of("AWS::ApiGatewayV2::Stage").values()
    (api,) = _of("AWS::ApiGatewayV2::Api").values()
    routes = {f"{verb.upper()} {path}" for path, verbs in api["Properties"]["Body"]["paths"].items() for verb in verbs}
    whole, each = stage["Properties"]["DefaultRouteSettings"], stage["Properties"]["RouteSettings"]
    assert set(each) <= routes, "a stage cannot be made with settings of a route that there is not"
    assert {route for route in routes if route.endswith(("/webhooks", "/events"))} == set(each), "every door where others knock by themselves"
    assert all(2 * limit[name] <= whole[name] for limit in each.values() for name in whole)


def test_a_function_that_calls_channels_takes_a_part_of_the_account_only():
    for folder in ("channel_acks", "channel_changes"):
        (queue,) = [event["Properties"] for event in functions()[folder]["Events"].values() if event["Type"] == "SQS"]
        assert 2 <= queue["ScalingConfig"]["MaximumConcurrency"] <= 50
        assert queue["BatchSize"] * MOST_SECONDS < functions()[folder]["Timeout"], "one channel's silence must not take the others' messages with it"


def test_room_is_kept_for_intake_where_the_account_has_it():
    reserved = functions()["intake"]["ReservedConcurrentExecutions"]
    assert reserved == {"Fn::If": ["IntakeIsKeptRoom", {"Ref": "IntakeConcurrency"}, {"Ref": "AWS::NoValue"}]}


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


def test_what_speaks_with_carriers_own_apis_is_carried_by_one_function_alone():
    carries = [name for name, function in _of("AWS::Lambda::Function").items() if "DirectCarriersLayer" in json.dumps(function["Properties"].get("Layers", []))]
    assert carries == ["DirectCarriersFunction"]
