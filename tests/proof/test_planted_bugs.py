"""A proof that cannot fail proves nothing: each of these bugs, which other systems have had, is found by it."""

from __future__ import annotations

import pytest

from proof.planted import BUGS, found


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str) -> None:
    said = "\n".join(found(name))
    assert any(f"{rule} " in said or f"{rule}:" in said for rule in BUGS[name].rules), said
