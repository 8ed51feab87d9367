"""What the tests of imports share: one world a module, emptied before each test."""

from collections.abc import Iterator

import pytest

from tests.imports.desk import Desk, desk, emptied


@pytest.fixture(scope="module")
def _desk() -> Iterator[Desk]:
    with desk() as made:
        yield made


@pytest.fixture
def the(_desk: Desk) -> Desk:
    return emptied(_desk)
