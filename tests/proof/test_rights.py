"""Least privilege where anything may happen: the lives of orders, a soak; the races ask the same (`test_races`).

That nothing is allowed which nobody does is asked of the scenes alone, which is more: `tests/house/test_least_privilege.py`.
"""

from __future__ import annotations

import pytest

from proof.living import living
from proof.message_races import LIVES
from proof.quick import quick
from proof.soak import soak
from tests.proof.rights import within_their_rights
from tests.support.privileges import granted, missing


def test_no_life_of_an_order_needs_what_is_not_allowed() -> None:
    with within_their_rights() as noted:
        for life in LIVES.values():
            with living(life.stock) as the, quick():
                life.set_up()
                life.tell(the)
                the.settle()
    assert len({call.who for call in noted.calls}) > 15


@pytest.mark.parametrize("seed", range(3))
def test_no_soak_needs_what_is_not_allowed(seed: int) -> None:
    with within_their_rights() as noted:
        assert soak(seed, steps=600).broken == []
    assert "reconciler" in {call.who for call in noted.calls}


def test_a_grant_that_is_missing_is_seen() -> None:
    with within_their_rights() as noted, living() as the, quick():
        LIVES["delivered"].tell(the)
    lacking = [grant for grant in granted() if (grant.who, grant.action) != ("stock_worker", "dynamodb:UpdateItem")]
    assert any("stock_worker" in line for line in missing(noted.calls, lacking))
