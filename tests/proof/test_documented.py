"""The served OpenAPI document and the answers agree: Schemathesis asks what it allows and what it forbids, through the production handlers. `make proof` asks
more."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from proof import documented
from proof.documented import compared
from proof.stage import staged
from tools import openapi
from waybill.shop import policies


@pytest.mark.timeout(300)
def test_every_answer_is_as_the_served_document_says() -> None:
    with staged() as (the, asked):
        went = compared(the, asked, each=3, seed_=1)
    assert went.operations == sum(len(operations) for path, operations in openapi.document()["paths"].items() if path != documented.DOCUMENT)
    assert went.tried > 4 * went.operations
    assert went.broken == {}


def test_an_answer_that_the_document_does_not_know_is_found() -> None:
    with staged() as (the, asked):
        with patch.object(policies, "load", side_effect=RuntimeError("a fault of ours")), patch.object(documented, "_other_methods", lambda *_: None):
            went = compared(the, asked, each=1, seed_=1, only="/v1/policies")
    assert any("ServerError" in name for name in went.broken), went.broken
