"""One laptop cloud for all tests of this folder that need a whole one: they share a process, and their orders do not meet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.stackfile import Stack
from local.testing import laptop


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with laptop() as started:
        yield started
