"""What must be true before anything is started; each failure is one line that says what to do."""

from __future__ import annotations

import errno
import shutil
import socket
import sys
import time
from importlib.metadata import PackageNotFoundError, version

from local.problems import Problem
from local.settings import HOST, Home, Ports

_PACKAGES = ("ministack", "aws-sam-cli", "aiosmtpd")
_LEAVING_SECONDS = 3.0


def check(place: Home, ports: Ports) -> None:
    """Raises Problem for the first thing that is not as it must be."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Problem(f"Python 3.11 to 3.13 is needed, this is {sys.version.split()[0]}.")
    for package in _PACKAGES:
        try:
            version(package)
        except PackageNotFoundError:
            raise Problem(f"{package} is not installed: run `make run`, which installs it.") from None
    if shutil.which("make") is None:
        raise Problem("`make` is missing: apt-get install make.")
    _same_ports_as_before(place, ports)
    deadline = time.monotonic() + _LEAVING_SECONDS
    for name, port in ports.by_name().items():
        while not (free := _is_free(port)) and time.monotonic() < deadline:
            time.sleep(0.1)  # one that was killed a moment ago is still saving
        if not free:
            raise Problem(
                f"Port {port} ({name}) is in use: stop what uses it (`ss -ltnp | grep {port}`), "
                f"or choose other ports: WAYBILL_PORT={port + 1000} make run."
            )


def _same_ports_as_before(place: Home, ports: Ports) -> None:
    """Queue addresses inside the state carry the port they were made with."""
    note = place.port_file
    known = int(note.read_text()) if note.exists() else ports.engine
    if known != ports.engine:
        raise Problem(f"The state in {place.path} was made with WAYBILL_PORT={known}: use that again, or forget it with `make clean`.")
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(ports.engine))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
