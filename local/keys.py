"""The demo shop's keys and signing secrets: made once, at random, kept in `.local/secrets.json`.

A key is asked for by kind and name (`of("api_keys", "shopify")`); a name not seen before gets a new one.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import Any

from local.settings import Home, home

CHANNELS = ("shopify", "woocommerce", "api")
GATEWAY_KEY = "sk_test_waybill"  # localstripe accepts any that begins with sk_test_
_KINDS = ("api_keys", "webhook_secrets", "node_keys", "node_secrets", "carrier_keys", "carrier_secrets", "ops_keys")


class Keys:
    """Every secret of one laptop cloud."""

    def __init__(self, place: Home) -> None:
        self._file = place.secrets_file
        self._values: dict[str, Any] = json.loads(self._file.read_text()) if self._file.exists() else {}
        for channel in CHANNELS:
            self.of("api_keys", channel)
            self.of("webhook_secrets", channel)
        if "ops_key" not in self._values:
            self._values["ops_key"] = _fresh()
            self._save()

    def of(self, kind: str, name: str) -> str:
        """The secret of this kind and name, made on the first call."""
        known = self._values.setdefault(kind, {})
        if name not in known:
            known[name] = _fresh()
            self._save()
        return str(known[name])

    @property
    def ops_key(self) -> str:
        return str(self._values["ops_key"])

    def as_json(self) -> dict[str, Any]:
        return {kind: dict(self._values.get(kind, {})) for kind in _KINDS} | {"ops_key": self.ops_key}

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".part")
        partial.write_text(json.dumps(self._values, indent=2))
        os.chmod(partial, 0o600)
        partial.replace(self._file)


def keys() -> Keys:
    return Keys(home())


def _fresh() -> str:
    return f"wb_test_{secrets.token_urlsafe(24)}"
