"""What a stand-in of a service shows of a botocore client: its operations by name, and its errors as the real classes' kin."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError


class Errors:
    """A service's errors, as `client.exceptions` has them: each a ClientError under its own name."""

    def __init__(self, *names: str) -> None:
        self._kinds = {"ClientError": ClientError, **{name: type(name, (ClientError,), {}) for name in names}}

    def __getattr__(self, name: str) -> type[ClientError]:
        try:
            return self.__dict__["_kinds"][name]
        except KeyError:
            raise AttributeError(f"no such error: {name}") from None

    def make(self, name: str, message: str, operation: str, **more: Any) -> ClientError:
        """The error as botocore would raise it. One without a class of its own (`ValidationException`, `ThrottlingException`) is a plain ClientError."""
        return self._kinds.get(name, ClientError)({"Error": {"Code": name, "Message": message}, **more}, operation)


def meta(**operations: str) -> SimpleNamespace:
    """`client.meta`, as far as the gate reads it."""
    return SimpleNamespace(method_to_api_mapping=operations)


class NotHereError(NotImplementedError):
    """A parameter or an expression that this world does not know: better loud than wrong."""


def only(operation: str, parameters: dict[str, Any], *known: str) -> None:
    """Raises NotHereError for a parameter that the stand-in would silently ignore."""
    for name in parameters:
        if name not in known:
            raise NotHereError(f"{operation} with {name}")
