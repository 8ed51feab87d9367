"""`.local/stack.json`: where everything is and which key opens it. Written by `make run`, read by demo, seed, tests and bench."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.keys import Keys
from local.problems import Problem
from local.settings import HOST, Home, Ports, home


@dataclass(frozen=True, slots=True)
class Stack:
    """A running laptop cloud."""

    api_url: str
    desk_url: str
    mail_url: str
    stripe_url: str
    engine_url: str
    receiver_url: str
    threepl_url: str
    api_keys: dict[str, str]
    webhook_secrets: dict[str, str]
    node_keys: dict[str, str]
    ops_key: str
    outputs: dict[str, str]


def write(place: Home, ports: Ports, keys: Keys, outputs: dict[str, str]) -> dict[str, Any]:
    values = {
        "api_url": f"http://{HOST}:{ports.api}",
        "desk_url": f"http://{HOST}:{ports.api}/desk",
        "mail_url": f"http://{HOST}:{ports.mail}",
        "stripe_url": f"http://{HOST}:{ports.stripe}",
        "engine_url": f"http://{HOST}:{ports.engine}",
        "receiver_url": f"http://{HOST}:{ports.receiver}",
        "threepl_url": f"http://{HOST}:{ports.threepl}",
        **keys.as_json(),
        "outputs": outputs,
    }
    partial = place.stack_file.with_suffix(".part")
    partial.write_text(json.dumps(values, indent=2))
    partial.replace(place.stack_file)
    return values


def read() -> Stack:
    """The stack that is up. Raises Problem when none is."""
    file = home().stack_file
    if not file.exists():
        raise Problem("The laptop cloud is not up: start it with `make run`.")
    values = json.loads(file.read_text())
    return Stack(**{name: values[name] for name in Stack.__slots__})
