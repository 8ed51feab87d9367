"""One botocore client a service, made once, with timeouts and standard retries, behind the gate.

`botocore.session` and not `import boto3`: boto3 also loads s3transfer, which nothing here needs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from waybill.aws import gate


class Gated:
    """A botocore client whose every method passes the gate as `service.Operation`."""

    def __init__(self, service: str, client: Any) -> None:
        self._service = service
        self._client = client
        self._operations = client.meta.method_to_api_mapping

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real = getattr(self._client, method)
        operation = self._operations.get(method)
        if operation is None:
            return real
        gated = partial(self._pass, f"{self._service}.{operation}", real)
        setattr(self, method, gated)
        return gated

    @property
    def exceptions(self) -> Any:
        return self._client.exceptions

    @staticmethod
    def _pass(name: str, real: Callable[..., Any], /, **parameters: Any) -> Any:
        return gate.call(name, partial(real, **parameters), **parameters)


@cache
def _session() -> Any:
    from waybill.aws.lean import new_session

    return new_session()


_substitutes: dict[str, Any] = {}


@cache
def client(service: str) -> Gated:
    """The client of a service (`dynamodb`, `sqs`, `stepfunctions`, …); region and endpoint from the environment."""
    if service in _substitutes:
        return Gated(service, _substitutes[service])
    from botocore.config import Config

    waits = service == "lambda"  # until the function that is asked has ended; it is asked once: what a second one would do is its caller's to decide
    config = Config(
        connect_timeout=2,
        read_timeout=26 if waits else 8,
        retries={"mode": "standard", "total_max_attempts": 1 if waits else 4},
        tcp_keepalive=True,
        parameter_validation=False,
        signature_version="s3v4" if service == "s3" else None,  # an address that is signed the old way opens no new bucket
        user_agent="waybill",  # to compose botocore's own anew is a fifth of what a request costs
    )
    return Gated(service, _session().create_client(service, config=config))


def substitute(service: str, stand_in: Any) -> None:
    """Tests: another implementation of a service behind the same gate. It needs botocore's `meta` and `exceptions`."""
    _substitutes[service] = stand_in
    client.cache_clear()


def forget() -> None:
    """Drops every client and stand-in: for tests that change the world under them."""
    _substitutes.clear()
    client.cache_clear()
    _session.cache_clear()
