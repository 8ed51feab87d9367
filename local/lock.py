"""`make lock`: pins requirements/*.in, with hashes and without any registry's address.

One resolution rules: dev.txt is made first and constrains the layers, so that tests run what functions ship.
"""

from __future__ import annotations

import subprocess

from local.settings import ROOT, tool

_FOLDER = "requirements"
_SHIPPED = ("dependencies", "labels", "addresses", "solver", "spreadsheets", "direct_carriers", "aws")
_ALONE = ("addresses",)
"""Shipped without what they ask for: it is for fetching their data anew, and would stand before the runtime's own."""
_LEFT_OUT = f"{_FOLDER}/left_out.in"
_OPTIONS = ["--excludes", _LEFT_OUT, "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--universal"]


def main() -> None:
    pin("dev")
    for name in _SHIPPED:
        pin(name, "-c", f"{_FOLDER}/dev.txt", *(["--no-deps"] if name in _ALONE else []))
    pin("localstripe")


def pin(name: str, *more: str) -> None:
    command = [tool("uv"), "pip", "compile", "-q", *_OPTIONS, "--python-version", "3.11", *more]
    subprocess.run([*command, f"{_FOLDER}/{name}.in", "-o", f"{_FOLDER}/{name}.txt"], cwd=ROOT, check=True)
    print(f"  {_FOLDER}/{name}.txt")


if __name__ == "__main__":
    main()
