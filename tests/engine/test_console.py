"""Alarms and dashboards, as far as a laptop has them."""

from __future__ import annotations

import json

import pytest

from local.engine.testing import Engine, engine

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]

_METRIC = {"Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage", "Dimensions": [{"Name": "QueueName", "Value": "q"}]}
TEMPLATE = {
    "Resources": {
        "Oldest": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": "oldest",
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 300,
                "EvaluationPeriods": 1,
                "Metrics": [
                    {"Id": "all", "Expression": "MAX(METRICS())"},
                    {"Id": "m1", "ReturnData": False, "MetricStat": {"Stat": "Maximum", "Period": 60, "Metric": _METRIC}},
                ],
            },
        }
    }
}


def deployed(cloud: Engine) -> str:
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(StackName="alarms", TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_exists").wait(StackName="alarms")
    while (status := cloudformation.describe_stacks(StackName="alarms")["Stacks"][0]["StackStatus"]).endswith("_IN_PROGRESS"):
        pass
    return str(status)


def test_an_alarm_over_an_expression_watches_its_first_metric() -> None:
    with engine() as cloud:
        assert deployed(cloud) == "CREATE_COMPLETE"
        alarm = cloud.client("cloudwatch").describe_alarms(AlarmNames=["oldest"])["MetricAlarms"][0]
        assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("ApproximateAgeOfOldestMessage", "Maximum", 60)


def test_probe_upstream_refuses_an_alarm_over_an_expression() -> None:
    with engine(gaps_open="alarm_expressions") as cloud:
        assert deployed(cloud) == "ROLLBACK_COMPLETE"
