"""What every test may count on: our package on the path, a region, no way to a real account."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT, ROOT / "layers" / "waybill"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """What was loaded by now stays: nobody need look through it for garbage again and again, which was a seventh of what the tests cost. What has
    outlived some rounds mostly stays too, and is looked through seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 200)
