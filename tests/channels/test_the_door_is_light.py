"""Intake is the lightest function: what it imports is counted, for a cold start is paid by whoever orders then."""

import subprocess
import sys

import pytest

from tests.support.template import ROOT

HEAVY = ("pydantic", "boto3", "s3transfer", "requests", "jinja2", "babel", "aws_lambda_powertools", "reportlab", "stripe", "html.entities")
PROGRAM = """
import os, sys
os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
sys.path[:0] = ["layers/waybill", "functions/%s"]
import app
print("\\n".join(sys.modules))
"""


def modules(function: str) -> set[str]:
    """What a cold start of this function has in memory when it is ready."""
    done = subprocess.run([sys.executable, "-c", PROGRAM % function], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("function", ["intake", "intake_worker", "channel_acks"])
def test_a_cold_start_loads_nothing_heavy(function):
    assert not set(HEAVY) & modules(function)


def test_the_door_loads_its_own_context_alone():
    ours = {name.split(".")[1] for name in modules("intake") if name.startswith("waybill.")}
    assert ours == {"aws", "bootstrap", "channels", "kernel", "orders", "shop"}
