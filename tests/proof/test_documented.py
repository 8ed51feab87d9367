"""The served OpenAPI document and the answers agree: Schemathesis asks what it allows and what it forbids, through the production handlers. `make proof` asks
more."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from proof import documented
from proof.documented import compared
from proof.stage import staged
from tools.routes import ROUTES
from waybill.shop import policies


@pytest.mark.timeout(300)
def test_every_answer_is_as_the_served_document_says() -> None:
    with staged() as (the, asked):
        went = compared(the, asked, each=4, seed_=1)
    assert went.operations == len(ROUTES)
    assert went.tried > 5 * went.operations
    assert went.broken == {}


def test_an_answer_that_the_document_does_not_know_is_found() -> None:
    """A handler that falls over, one that forgets a field."""
    with staged() as (the, asked):
        the.world.restart()
        only = [each for each in asked if each.path == "/v1/policies"]
        with patch.object(policies, "load", side_effect=RuntimeError("a fault of ours")), patch.object(documented, "_other_methods", lambda *_: None):
            went = compared(the, only, each=1, seed_=1, only="/v1/policies")
    assert any("ServerError" in name for name in went.broken), went.broken
