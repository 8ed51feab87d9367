"""The README's tours, as a reader would type them: they print what the README says, to the cent."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from local.settings import ROOT
from local.stackfile import Stack
from local.testing import FOLDER

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("laptop"), pytest.mark.timeout(400)]

_NEXT = "== the next block =="
_BLOCK = re.compile(r"```(sh|text)\n(.*?)```", re.S)


def _tours() -> tuple[list[str], list[str]]:
    """What to type, and what each block prints; nothing where the README shows nothing. The second tour goes on in the shell of the first."""
    sections = (ROOT / "README.md").read_text("utf-8").split("\n## ")
    typed: list[str] = []
    shown: list[str] = []
    for kind, text in _BLOCK.findall("".join(section for section in sections if section.startswith("A tour of "))):
        if kind == "sh":
            typed.append(text)
            shown.append("")
        else:
            shown[-1] = text
    return typed, shown


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="a reader of the tour has bash and curl")
def test_the_tours_print_what_the_readme_says(stack: Stack) -> None:
    typed, shown = _tours()
    assert len(typed) == 7
    script = f'\necho "{_NEXT}"\n'.join(typed).replace(".local/stack.json", str(FOLDER / "stack.json"))
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [part.lstrip("\n") for part in done.stdout.split(f"{_NEXT}")] == shown
