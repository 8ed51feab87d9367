"""The scenes are played once for all tests that ask what the functions did. Those share a group, and so a process."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.house.scenes import SCENES
from tests.house.stage import Seen, played
from tests.support.privileges import Call, of_the_machine, of_the_service


@pytest.fixture(scope="session")
def seen() -> Seen:
    return played(SCENES)


@pytest.fixture(scope="session")
def calls(seen: Seen) -> list[Call]:
    return sorted(chain(seen.calls, of_the_service(), of_the_machine()))
