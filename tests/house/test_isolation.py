"""The policies before a judge who knows IAM and not us: each role may do what it was seen to do, and nothing that another's policy allows, nothing
in another stage, account or region."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.support.cloud import ACCOUNT
from tests.support.privileges import Call, Grant, documents, granted
from tests.support.template import ROOT

pytestmark = pytest.mark.xdist_group("least privilege")

_SCRIPT = Path(__file__).with_name("simulate.mjs")
BY_TOKEN = ("states:SendTaskSuccess", "states:SendTaskFailure")
"""AWS's own policy for them (SAM's StepFunctionsCallbackPolicy) names the machine; the judge's list of actions has no resource for them."""


def judged(asks: Iterable[tuple[str, str, str]]) -> list[str]:
    """A verdict for each (who, action, resource): Allowed, ImplicitlyDenied or ExplicitlyDenied."""
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "@cloud-copilot").exists():
        pytest.skip("node or node_modules is missing: `npm ci`, which `make test` does by itself")
    rows = [dict(zip(("who", "action", "resource"), ask, strict=True)) for ask in asks]
    question = json.dumps({"policies": _judgeable(documents()), "asks": rows})
    command = [node, str(_SCRIPT), ACCOUNT]
    done = subprocess.run(command, input=question, capture_output=True, text=True, check=False, timeout=170)
    assert done.returncode == 0, done.stderr[-2000:]
    verdicts: list[str] = json.loads(done.stdout)
    assert len(verdicts) == len(rows)
    return verdicts


def _judgeable(policies: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {who: {**policy, "Statement": [row for row in policy["Statement"] if not set(row["Action"]) <= set(BY_TOKEN)]} for who, policy in policies.items()}


def test_what_was_seen_is_allowed_in_the_judges_eyes_too(calls: list[Call]):
    asks = sorted({(call.who, *call.need) for call in calls if call.need.action not in BY_TOKEN})
    refused = [ask for ask, verdict in zip(asks, judged(asks), strict=True) if verdict != "Allowed"]
    assert len(asks) > 100 and refused == []


def test_no_role_may_do_what_only_another_was_given():
    grants = [grant for grant in granted() if grant.action not in BY_TOKEN and "*" not in grant.resource]
    own: dict[str, list[Grant]] = {}
    for grant in granted():
        own.setdefault(grant.who, []).append(grant)
    others = sorted({(grant.action, grant.resource) for grant in grants})
    asks = [(who, *ask) for who, mine in sorted(own.items()) for ask in others if not any(_covers(grant, *ask) for grant in mine)]
    may = [ask for ask, verdict in zip(asks, judged(asks), strict=True) if verdict == "Allowed"]
    assert len(asks) > 1000 and may == []


@pytest.mark.parametrize("here, there", [(ACCOUNT, "999999999999"), ("us-east-1", "eu-west-1"), ("waybill/local/", "waybill/prod/")])
def test_no_role_reaches_another_account_region_or_stage(here: str, there: str, calls: list[Call]):
    asks = sorted({(call.who, call.need.action, call.need.resource.replace(here, there)) for call in calls if here in call.need.resource})
    asks = [ask for ask in asks if ask[1] not in BY_TOKEN]
    may = [ask for ask, verdict in zip(asks, judged(asks), strict=True) if verdict == "Allowed"]
    assert asks and may == []


def test_the_judge_sees_a_grant_too_many_and_one_too_few():
    (known,) = [grant for grant in granted() if grant.who == "publisher" and grant.action == "events:PutEvents"]
    asks = [tuple(known), ("publisher", "events:PutEvents", known.resource + "-other"), ("publisher", "dynamodb:PutItem", known.resource)]
    assert judged(asks[:2]) == ["Allowed", "ImplicitlyDenied"]
    with pytest.raises(AssertionError, match="dynamodb:PutItem"):
        judged(asks[2:])  # no such action on such a resource: a mistake in the asking is no verdict


def _covers(grant: Grant, action: str, resource: str) -> bool:
    return grant.action == action and fnmatchcase(resource, grant.resource)
