"""What the tests of intake share: one world a module, emptied before each test."""

from collections.abc import Iterator

import pytest

from tests.channels.intake_world import emptied, intake
from tests.support.world import World


@pytest.fixture(scope="module")
def _world() -> Iterator[World]:
    with intake() as made:
        yield made


@pytest.fixture
def world(_world: World) -> World:
    """Intake on an empty cloud, with the test shop open."""
    return emptied(_world)
