"""The process of a Python function, four gaps in one place:

- a handler's exception arrives as `Runtime.HandlerError` without a stack trace, so Retry and Catch by name never match;
- the process is killed after each exception, so an expected error costs a cold start;
- 50 ms are waited for log lines after each quiet call;
- functions see every package of the engine's own environment, so a missing layer is never noticed; and each cold start
  unzips code and layers anew.

Here: the runtime of `local.engine.worker`, an end mark on stderr, an interpreter that has what AWS's has (see
`local.runtime`), and code unpacked once.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import queue
import select
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

_WORKER = Path(__file__).resolve().parent.parent / "worker.py"
_LOG_WAIT_SECONDS = 0.5
_CODE_KEPT_SECONDS = 86_400
_QUIET = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


def close() -> None:
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    upstream = lambda_runtime.Worker

    class FunctionProcess(_FunctionProcess, upstream):  # type: ignore[misc, valid-type]
        """Upstream's pool leases it; starting it and calling it is ours."""

    choose = lambda_runtime._worker_class_for

    def worker_class_for(config: dict[str, Any]) -> type:
        return FunctionProcess if str(config.get("Runtime", "python")).startswith("python") else choose(config)

    lambda_runtime._worker_class_for = worker_class_for
    lambda_svc._execute_function_warm = _with_true_errors(lambda_svc._execute_function_warm)
    lambda_svc._probe_peak_memory_mb = lambda func: 0  # forks `ps` for each call
    forget_old_code(_unpack_root())


def forget_old_code(root: Path) -> None:
    """Drops unpacked code that nobody has started for a day. Call it while no function runs."""
    for folder in root.glob("*") if root.exists() else ():
        if time.time() - folder.stat().st_mtime > _CODE_KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def end_all() -> None:
    """Kills every function's process: for an engine that stops while some are busy."""
    from ministack.core import lambda_runtime

    for pool in list(lambda_runtime._workers.values()):
        for worker in pool:
            if isinstance(worker, _FunctionProcess):
                worker._stop()


def _with_true_errors(execute: Any) -> Any:
    """Upstream rebuilds the answer from a message alone; ours rides along and is put back."""

    def execute_warm(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        answer = execute(func, event, request_id)
        body = answer.get("body")
        if answer.get("error") and isinstance(body, dict) and isinstance(body.get("errorMessage"), TrueError):
            answer["body"] = body["errorMessage"].detail
        return answer

    return execute_warm


class TrueError(str):
    """A message that remembers the whole error; upstream passes it on untouched."""

    detail: dict[str, Any]

    @classmethod
    def of(cls, detail: dict[str, Any]) -> TrueError:
        message = cls(detail.get("errorMessage", ""))
        message.detail = detail
        return message


class _FunctionProcess:
    """Mixed into upstream's Worker: `_spawn` and `invoke` are what the pool calls."""

    config: dict[str, Any]
    func_name: str
    code_zip: bytes

    def _spawn(self) -> None:
        started = time.monotonic()
        code = unpacked(self.code_zip)
        layers = [unpacked(_layer_zip(layer)) for layer in self.config.get("Layers", [])]
        self._tmpdir = None
        self._proc = subprocess.Popen(
            [os.environ.get("WAYBILL_FUNCTION_PYTHON", sys.executable), str(_WORKER)],
            cwd=code,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(code),
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_pump, args=(self._proc.stderr, self._lines), daemon=True).start()
        path = [str(folder / "python") for folder in reversed(layers)]
        self._send({**self._identity(), "path": [str(code), *path]})
        first = self._receive(time.monotonic() + max(float(self.config.get("Timeout", 3)), 10.0))
        if not first or "ready" not in first:
            self._stop()
            raise InitError((first or {}).get("init_error") or {"errorMessage": "the process ended while starting"})
        self._start_time = time.time()
        self.cold_seconds = time.monotonic() - started

    def _identity(self) -> dict[str, Any]:
        return {
            "handler": self.config.get("Handler", "app.handler"),
            "name": self.config.get("FunctionName", ""),
            "version": self.config.get("Version", "$LATEST"),
            "memory": self.config.get("MemorySize", 128),
            "timeout": float(self.config.get("Timeout", 3)),
        }

    def _environment(self, code: Path) -> dict[str, str]:
        from ministack.core.lambda_runtime import _account_region_from_function_config, execution_credentials

        _, region = _account_region_from_function_config(self.config)
        inherited = {name: value for name, value in os.environ.items() if name not in _QUIET}
        inherited.pop("AWS_ENDPOINT_URL", None)
        return {
            **inherited,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT', '4566')}",
            **{k: str(v) for k, v in (self.config.get("Environment") or {}).get("Variables", {}).items()},
            **execution_credentials(self.config),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_NAME": str(self.config.get("FunctionName", "")),
            "AWS_LAMBDA_FUNCTION_VERSION": str(self.config.get("Version", "$LATEST")),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.config.get("MemorySize", 128)),
            "AWS_LAMBDA_LOG_STREAM_NAME": "laptop",
            "LAMBDA_TASK_ROOT": str(code),
            "TZ": ":UTC",
        }

    def invoke(self, event: Any, request_id: str, **named: Any) -> dict[str, Any]:
        with self._lock:  # type: ignore[attr-defined]
            cold = self._proc is None or self._proc.poll() is not None
            if cold:
                try:
                    self._spawn()
                except InitError as error:
                    return _failed(error.detail, "", cold=True)
            timeout = float(self.config.get("Timeout", 3))
            arn = named.get("invoked_function_arn") or self.config.get("FunctionArn", "")
            call = {"event": event, "request_id": request_id, "arn": arn, "trace_id": named.get("trace_id")}
            try:
                self._send(call)
                answer = self._receive(time.monotonic() + timeout)
            except (BrokenPipeError, TimeoutError) as error:
                self._stop()
                return _failed(_lost(error, timeout, request_id), self._log(None), cold)
            if answer is None:
                self._stop()
                detail = {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: Runtime exited"}
                return _failed(detail, self._log(None), cold)
            log = self._log(request_id)
            if "error" in answer:
                return _failed(answer["error"], log, cold)
            return {"status": "ok", "result": answer["result"], "cold_start": cold, "log": log}

    def _send(self, what: dict[str, Any]) -> None:
        self._proc.stdin.write(json.dumps(what).encode() + b"\n")  # type: ignore[union-attr]
        self._proc.stdin.flush()  # type: ignore[union-attr]

    def _receive(self, deadline: float) -> dict[str, Any] | None:
        pipe = self._proc.stdout
        poll = select.poll()  # not select(): an engine with many sockets has descriptors beyond 1024
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        if not poll.poll(max(deadline - time.monotonic(), 0.0) * 1000):
            raise TimeoutError
        line = pipe.readline()  # type: ignore[union-attr]
        return json.loads(line) if line else None

    def _log(self, request_id: str | None) -> str:
        """The call's log lines: up to the end mark, or what there is when the process is gone."""
        lines, deadline = [], time.monotonic() + _LOG_WAIT_SECONDS
        while True:
            try:
                line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.0) if request_id else 0.02)
            except queue.Empty:
                return "\n".join(lines)
            if request_id and line == f"\x00{request_id}":
                return "\n".join(lines)
            if not line.startswith("\x00"):
                lines.append(line)

    def _stop(self) -> None:
        process, self._proc = self._proc, None
        if process is not None:
            process.kill()
            process.wait()


class InitError(RuntimeError):
    """The module of a function could not be loaded; `detail` is the error as Lambda reports it."""

    def __init__(self, detail: dict[str, Any]) -> None:
        super().__init__(detail.get("errorMessage", ""))
        self.detail = {"errorType": "Runtime.Unknown", **detail}


def _failed(detail: dict[str, Any], log: str, cold: bool) -> dict[str, Any]:
    return {"status": "error", "error": TrueError.of(detail), "cold_start": cold, "log": log}


def _lost(error: Exception, timeout: float, request_id: str) -> dict[str, Any]:
    if isinstance(error, TimeoutError):
        return {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds",
        }
    return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: Runtime exited"}


def _pump(stream: Any, lines: queue.SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line.decode("utf-8", "replace").rstrip("\n"))


def _layer_zip(layer: Any) -> bytes:
    from ministack.services.lambda_svc import _resolve_layer_zip

    return _resolve_layer_zip(layer) or b""


_unpack_lock = threading.Lock()


def _unpack_root() -> Path:
    return Path(os.environ["WAYBILL_UNPACKED"])


def unpacked(archive: bytes) -> Path:
    """The folder with an archive's files, made once and shared by every process that runs it."""
    root = _unpack_root()
    folder = root / hashlib.sha256(archive).hexdigest()[:24]
    if folder.exists():
        os.utime(folder)
        return folder
    with _unpack_lock:
        if not folder.exists():
            partial = root / f".{folder.name}.{os.getpid()}"
            shutil.rmtree(partial, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(archive)) as files:
                files.extractall(partial)
            partial.rename(folder)
    return folder
