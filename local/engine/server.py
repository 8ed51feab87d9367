"""The engine's process: MiniStack's application behind two listeners, one for AWS's API and one for the shop's own address.

`python -m local.engine` reads everything from the environment (see `environment`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

from local.settings import HOST, REGION

# What the stack and `sam deploy` use; the rest of the catalogue stays unloaded.
SERVICES = (
    "apigateway,cloudformation,cloudwatch,dynamodb,dynamodbstreams,events,iam,kms,lambda,logs,s3,scheduler,"
    "secretsmanager,ses,sns,sqs,ssm,states,sts,tagging"
)


def environment(port: int, *, api_port: int = 0, state: Path | None = None, smtp_port: int = 0) -> dict[str, str]:
    """The environment of an engine. Without `state` it remembers nothing; without `api_port` there is no second listener."""
    values = {
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SERVICES": SERVICES,
        "LOG_LEVEL": os.environ.get("WAYBILL_ENGINE_LOG", "WARNING"),
        "LAMBDA_ACCOUNT_CONCURRENCY": "40",
        "DOCKER_HOST": "unix:///nowhere",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "PYTHONUNBUFFERED": "1",
        "WAYBILL_API_PORT": str(api_port),
    }
    if smtp_port:
        values["SMTP_HOST"] = f"{HOST}:{smtp_port}"
    if state is not None:
        values |= {
            "WAYBILL_STATE": str(state),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state / "services"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
            "WAYBILL_UNPACKED": str(state / "unpacked"),
        }
    return values


def run() -> None:
    """Serves until SIGTERM or SIGINT, then saves and leaves."""
    _forget_proxies()
    from local.engine import durable, gaps

    gaps.close_all()
    durable.enable()
    asyncio.run(_serve())


async def _serve() -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    from local.engine.front_door import FrontDoor
    from local.engine.gaps.function_process import end_all

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    api_port = int(os.environ.get("WAYBILL_API_PORT", "0"))
    config = Config()
    config.bind = [f"{HOST}:{os.environ['GATEWAY_PORT']}"] + ([f"{HOST}:{api_port}"] if api_port else [])
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    await serve(FrontDoor(app, api_port), config, shutdown_trigger=stop.wait)
    end_all()


def _forget_proxies() -> None:
    """A proxy of the machine must never stand between the laptop cloud and itself."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        os.environ.pop(name, None)
