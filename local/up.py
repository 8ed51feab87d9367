"""`make run`: everything the demo shop needs, started in order, watched, and stopped together."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import cloud, gateway, preflight, runtime, stackfile, vault
from local.children import Child, Children, died
from local.engine.server import environment as engine_environment
from local.keys import Keys
from local.problems import Problem
from local.progress import step
from local.settings import HOST, ROOT, Home, Ports, aws_environment, home, our_code, ports

_WATCH_SECONDS = 0.3


def up() -> None:
    """Starts the laptop cloud and stays until Ctrl-C. Raises Problem."""
    place, doors = home(), ports()
    place.path.mkdir(parents=True, exist_ok=True)
    for name in (signal.SIGTERM, signal.SIGINT):  # also where a shell in the background had it ignored
        signal.signal(name, _as_interrupt)
    with only_one(place):
        preflight.check(place, doors)
        started = time.monotonic()
        children = Children(place.logs)
        try:
            _start_all(place, doors, children)
            _say_where(place, doors, time.monotonic() - started)
            _watch(children)
        except KeyboardInterrupt:
            print("\n  stopping …", flush=True)
        finally:
            children.stop()
            place.stack_file.unlink(missing_ok=True)


def _start_all(place: Home, doors: Ports, children: Children) -> None:
    with step("prepare the environments of functions and gateway") as notes:
        python = runtime.function_python(place.runtime)
        if gateway.install():
            notes.append("localstripe installed")
    keys = Keys(place)
    with step("start mailbox, gateway and engine"):
        _start_mail(doors, children)
        stripe = children.start("localstripe", gateway.command(doors), gateway.variables(place))
        engine = _start_engine(place, doors, python, children)
        children.wait_for(stripe, f"http://{HOST}:{doors.stripe}/v1/customers")
        children.wait_for(engine, f"http://{HOST}:{doors.engine}/_ministack/health")
    outputs = _deploy(place, doors)
    _put_in_place(place, doors, keys, outputs, children)


def _start_mail(doors: Ports, children: Children) -> None:
    mail = children.start("mailbox", [sys.executable, "-m", "local.mail"])
    children.wait_for(mail, f"http://{HOST}:{doors.mail}/api/messages")


def _start_engine(place: Home, doors: Ports, python: Path, children: Children) -> Child:
    values = engine_environment(doors.engine, api_port=doors.api, state=place.state, smtp_port=doors.smtp)
    return children.start("engine", [sys.executable, "-m", "local.engine"], {**values, "WAYBILL_FUNCTION_PYTHON": str(python)})


def _deploy(place: Home, doors: Ports) -> dict[str, str]:
    """Builds and deploys, unless the engine still holds a stack made from exactly these sources."""
    template = ROOT / "template.yaml"
    if not template.exists():
        raise Problem("template.yaml is missing: there is nothing to deploy.")
    endpoint = f"http://{HOST}:{doors.engine}"
    values = cloud.parameters(doors, template)
    cloud.link_makefiles()
    wanted = cloud.fingerprint(values)
    stamp = place.state / "deployed"
    known = cloud.outputs(endpoint) if stamp.exists() and stamp.read_text() == wanted else None
    if known is not None:
        with step("the stack is as the sources are: nothing to deploy"):
            return known
    with step("sam build"):
        cloud.build(place, template)
    with step("sam deploy") as notes:
        cloud.deploy(place, endpoint, values)
        made = cloud.outputs(endpoint)
        if made is None:
            raise Problem(f"the stack is not healthy after `sam deploy`: see {place.logs / 'sam-deploy.log'}")
        notes.append(f"{cloud.resource_count(endpoint)} resources")
    stamp.write_text(wanted)
    return made


def _put_in_place(place: Home, doors: Ports, keys: Keys, outputs: dict[str, str], children: Children) -> None:
    """Secrets, the neighbours that the shop talks to, and the demo shop itself."""
    endpoint = f"http://{HOST}:{doors.engine}"
    with step("secrets and a verified sender"):
        vault.fill(endpoint, keys)
    stackfile.write(place, doors, keys, outputs)
    if _has("local.seed"):
        with step("seed the demo shop"):
            _run_module(place, "local.seed", beside(endpoint))
    vault.fill(endpoint, keys := Keys(place))  # the seed may have asked for more
    stackfile.write(place, doors, keys, outputs)
    for module, port in (("local.receiver", doors.receiver), ("local.threepl", doors.threepl)):
        if _has(module):
            with step(f"start {module.removeprefix('local.')}"):
                child = children.start(module.removeprefix("local."), [sys.executable, "-m", module], beside(endpoint))
                children.wait_for(child, f"http://{HOST}:{port}/")
    with step("wake functions and orders that were under way"):
        cloud.wake(endpoint)


def beside(endpoint: str) -> dict[str, str]:
    """The environment of what runs beside the engine."""
    return {**aws_environment(endpoint), **our_code()}


def _has(module: str) -> bool:
    """Whether `python -m module` would find something to run."""
    found = importlib.util.find_spec(module)
    if found is None or found.submodule_search_locations is None:
        return found is not None
    return importlib.util.find_spec(f"{module}.__main__") is not None


def _run_module(place: Home, module: str, environment: dict[str, str]) -> None:
    log = place.logs / f"{module.removeprefix('local.')}.log"
    with log.open("w") as output:
        done = subprocess.run(
            [sys.executable, "-m", module], cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        raise Problem(f"{module} failed: {lines[-1][:300] if lines else 'it said nothing'} (all of it: {log})")


def _say_where(place: Home, doors: Ports, seconds: float) -> None:
    stack = stackfile.read()
    print(f"\n  Waybill is up ({seconds:.1f} s). Ctrl-C stops it; `make demo` in another terminal plays orders in.\n")
    for label, value in (
        ("the desk", stack.desk_url),
        ("  its key", stack.ops_key),
        ("the API", f"{stack.api_url}/v1/openapi.json"),
        ("the mailbox", stack.mail_url),
        ("the gateway", stack.stripe_url),
        ("AWS", f"{stack.engine_url}  (AWS_ENDPOINT_URL, keys test/test)"),
        ("all of it", str(place.stack_file)),
        ("logs", str(place.logs)),
    ):
        print(f"    {label:<14}{value}")
    print(flush=True)


def _watch(children: Children) -> None:
    while True:
        dead = children.dead()
        if dead is not None:
            raise died(dead)
        time.sleep(_WATCH_SECONDS)  # between two looks at the processes, for as long as it is up


@contextmanager
def only_one(place: Home) -> Iterator[None]:
    """Holds the lock of this folder. Raises Problem when another one is up."""
    with place.lock_file.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Problem(f"The laptop cloud is up already (process {file.read().strip()}): stop it with `make stop`.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt
