"""Vendors' own schemas that outgoing calls are held against: fetched once as pinned npm packages, kept out of the tree.

    python -m tools.judges
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from local.problems import Problem
from local.settings import ROOT
from waybill.channels.shopify_admin import API_VERSION

_KEPT = ROOT / ".local" / "judges"
_PACKAGE = "@shopify/dev-mcp@1.16.0"
_SHA512 = "tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw=="
_MEMBER = "package/dist/data/admin_{version}.json.gz"


def shopify_admin(version: str) -> dict[str, Any]:
    """The Admin GraphQL schema of an API version, as introspected by Shopify. Raises Problem where npm cannot bring it."""
    kept = _KEPT / f"shopify_admin_{version}.json.gz"
    if not kept.exists():
        _KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(_from_npm(_MEMBER.format(version=version)))
    found: dict[str, Any] = json.loads(gzip.decompress(kept.read_bytes()))
    return found.get("data", found)


def _from_npm(member: str) -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is needed for Shopify's schema: install node 20")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", _PACKAGE, "--silent", "--pack-destination", folder]
        if subprocess.run(command, check=False, capture_output=True, timeout=300).returncode:
            raise Problem(f"npm could not fetch {_PACKAGE}: is a registry within reach?")
        (packed,) = Path(folder).glob("*.tgz")
        if base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() != _SHA512:
            raise Problem(f"{_PACKAGE} is not the package that was pinned")
        with tarfile.open(packed) as archive:
            found = archive.extractfile(member)
            assert found is not None
            return found.read()


def main() -> int:
    """Brings what the tests ask for."""
    try:
        shopify_admin(API_VERSION)
    except Problem as problem:
        print(f"  {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
