"""What the payment tests share: one localstripe for all of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from localstripe_process import Localstripe, interpreter, running  # noqa: E402


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[Localstripe]:
    """A real localstripe process."""
    if interpreter() is None:
        pytest.skip("localstripe has no environment here: `make setup` builds .local/venvs/localstripe")
    with running() as base:
        yield Localstripe(base)
