"""What the payment tests share: one localstripe for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.payments.localstripe_process import Localstripe, interpreter, running


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[Localstripe]:
    """A real localstripe process."""
    if interpreter() is None:
        pytest.skip("localstripe has no environment here: .local/venvs/localstripe is missing")
    with running() as base:
        yield Localstripe(base)
