"""Measurements. Nothing here is a test; figures in documents come from `make bench`."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "layers" / "waybill")]
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
