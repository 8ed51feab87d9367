"""Calls whose resource upstream's IAM leaves unnamed. The day it names them, local/engine/gaps/named_resources.py can go."""

from __future__ import annotations

import pytest
from ministack.core import iam_actions
from ministack.services import stepfunctions

from local.engine.gaps import named_resources

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:order"
ANSWER = ("states", "/", {"x-amz-target": "AWSStepFunctions.SendTaskSuccess"}, b'{"taskToken": "t"}')
MAIL = ("ses", "/v2/email/outbound-emails", {}, b'{"FromEmailAddress": "Shop <orders@shop.example>"}')


@pytest.mark.parametrize("service, path, headers, body", [ANSWER, MAIL], ids=["answer", "mail"])
def test_upstream_still_names_no_resource(service: str, path: str, headers: dict[str, str], body: bytes) -> None:
    assert iam_actions.extract_resource_arn(service, "POST", path, headers, body, {}, "us-east-1", "000000000000") == "*"


def test_an_answered_token_names_the_only_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    service, path, headers, body = ANSWER
    monkeypatch.setattr(stepfunctions, "_state_machines", {MACHINE: {}})
    assert named_resources._named(service, path, headers, body, "us-east-1", "000000000000") == MACHINE
    monkeypatch.setattr(stepfunctions, "_state_machines", {MACHINE: {}, MACHINE + "2": {}})
    assert named_resources._named(service, path, headers, body, "us-east-1", "000000000000") == ""


def test_a_mail_names_its_senders_identity() -> None:
    service, path, headers, body = MAIL
    assert named_resources._named(service, path, headers, body, "us-east-1", "000000000000") == "arn:aws:ses:us-east-1:000000000000:identity/orders@shop.example"
    assert named_resources._named(service, path, headers, b"{", "us-east-1", "000000000000") == ""
