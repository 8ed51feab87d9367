"""The interpreter that functions run on: this Python with what AWS's runtime brings (boto3) and nothing of ours.

A function that forgets a layer then fails here as it would on AWS.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

from local.settings import ROOT


def function_python(folder: Path) -> Path:
    """The interpreter, made on the first call: an empty environment with links to the packages that AWS offers."""
    python = folder / "bin" / "python"
    stamp = folder / "made-from"
    recipe = (ROOT / "requirements" / "aws.txt").read_text() + sys.version + sys.prefix
    if python.exists() and stamp.exists() and stamp.read_text() == recipe:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(folder)], check=True)
    ours = Path(sysconfig.get_path("purelib"))
    theirs = next((folder / "lib").glob("python3*/site-packages"))
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", recipe, flags=re.MULTILINE):
        for top in _top_level(name):
            if not (theirs / top).exists():
                (theirs / top).symlink_to(ours / top)
    stamp.write_text(recipe)
    return python


def _top_level(name: str) -> set[str]:
    files = distribution(name).files or []
    return {file.parts[0] for file in files if not file.parts[0].startswith(("..", "__pycache__"))}
