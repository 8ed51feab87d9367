"""The address that a client is given for a file: on moto, for it is botocore that signs it."""

from __future__ import annotations

from tests.imports.desk import desk_on_moto


def test_it_is_signed_for_its_own_key() -> None:
    with desk_on_moto() as the:
        it = the.call("POST", "/v1/imports?channel=paper", idempotency_key="k-1").json()
    assert f"imports/{it['id']}/file?" in it["upload"]["url"] and "X-Amz-Signature=" in it["upload"]["url"]
