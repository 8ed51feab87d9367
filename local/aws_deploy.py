"""`make deploy`: a guided deploy to AWS, after looking whether it can succeed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from layers.build import AWS_PYTHON
from local.problems import Problem
from local.settings import ROOT, tool


def main() -> int:
    try:
        who = identity()
        if shutil.which("make") is None:
            raise Problem("`make` is missing: apt-get install make.")
    except Problem as problem:
        print(f"\n  {problem}", file=sys.stderr)
        return 1
    print(f"  deploying as {who}")
    if sys.version_info[:2] != AWS_PYTHON:
        print("  layers go out without bytecode, for this is not Python 3.13: cold starts will be slower (docs: performance)")
    environment = {**os.environ, "WAYBILL_LAYER_TARGET": "aws", "SAM_CLI_TELEMETRY": "0"}
    for command in (["build"], ["deploy", "--guided"]):
        code = subprocess.run([tool("sam"), *command], cwd=ROOT, env=environment, check=False).returncode
        if code:
            return code
    return 0


def identity() -> str:
    """Who AWS takes us for. Raises Problem when it takes us for nobody."""
    session = botocore.session.Session()
    if os.environ.get("AWS_ENDPOINT_URL"):
        raise Problem("AWS_ENDPOINT_URL points at a laptop cloud: unset it to deploy to AWS.")
    if session.get_credentials() is None:
        raise Problem("No AWS credentials: run `aws configure sso` or set AWS_PROFILE, then try again.")
    if not session.get_config_variable("region"):
        raise Problem("No AWS region: set AWS_REGION, for example AWS_REGION=us-east-1 make deploy.")
    try:
        return str(session.create_client("sts").get_caller_identity()["Arn"])
    except (ClientError, BotoCoreError) as error:
        raise Problem(f"AWS does not accept the credentials: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
