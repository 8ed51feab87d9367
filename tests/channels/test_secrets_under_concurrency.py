"""Many admins change the channels' secret at once, on an engine with threads: every change of everyone is there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.engine.testing import Engine
from local.engine.testing import engine_fixture as engine  # noqa: F401
from waybill.aws import clients, secrets
from waybill.kernel.errors import Conflict

pytestmark = pytest.mark.engine
NAME = "waybill/local/many"


@pytest.fixture(autouse=True)
def _secret(engine: Engine) -> Iterator[None]:  # noqa: F811
    before = dict(os.environ)
    os.environ.update(engine.environment() | {"STAGE": "local"})
    clients.forget()
    engine.client("secretsmanager").create_secret(Name=NAME, SecretString="{}")
    clients.client("secretsmanager")
    yield
    os.environ.clear()
    os.environ.update(before)
    clients.forget()
    secrets.forget()


def test_no_change_of_anybody_is_lost(engine: Engine) -> None:  # noqa: F811
    def admin(number: int) -> int:
        def noted(kept: dict[str, Any]) -> dict[str, Any]:
            return {**kept, f"channel-{number}": [f"secret-{number}"]}

        tries = 1
        while True:
            try:
                secrets.change("many", noted)
                return tries
            except Conflict:  # as a person who is told to try again
                tries += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(admin, range(40)))
    stands = json.loads(engine.client("secretsmanager").get_secret_value(SecretId=NAME)["SecretString"])
    assert stands == {f"channel-{number}": [f"secret-{number}"] for number in range(40)}
