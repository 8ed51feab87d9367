"""Where things are on this machine: folders, ports, credentials. One base port moves them all (WAYBILL_PORT)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
REGION = "us-east-1"
STACK_NAME = "waybill-local"
DOWNLOADS = ROOT / ".local"  # layers and environments, shared by every laptop cloud of this tree
STAGE = "local"


@dataclass(frozen=True, slots=True)
class Ports:
    """Neighbours of one base port, so that two laptop clouds need two numbers and not sixteen."""

    engine: int = 4566

    @property
    def api(self) -> int:
        return self.engine + 4

    @property
    def mail(self) -> int:
        return self.engine + 5

    @property
    def smtp(self) -> int:
        return self.engine + 6

    @property
    def stripe(self) -> int:
        return self.engine + 7

    @property
    def receiver(self) -> int:
        return self.engine + 8

    @property
    def threepl(self) -> int:
        return self.engine + 9

    def by_name(self) -> dict[str, int]:
        names = ("engine", "api", "mail", "smtp", "stripe", "receiver", "threepl")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds all state of one laptop cloud; `make clean` removes it."""

    path: Path

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def port_file(self) -> Path:
        return self.state / "port"

    @property
    def sam_cache(self) -> Path:
        return self.path / "cache" / "sam"

    @property
    def build(self) -> Path:
        return self.path / "build"

    @property
    def runtime(self) -> Path:
        return self.path / "runtime"

    @property
    def lock_file(self) -> Path:
        return self.path / "up.pid"


def ports() -> Ports:
    """As WAYBILL_PORT says, or as the state was made, or MiniStack's own."""
    note = home().port_file
    return Ports(int(os.environ.get("WAYBILL_PORT") or (note.read_text() if note.exists() else 0) or 4566))


def home() -> Home:
    return Home(Path(os.environ.get("WAYBILL_HOME", ROOT / ".local")))


def engine_url() -> str:
    return f"http://{HOST}:{ports().engine}"


def aws_environment(endpoint: str) -> dict[str, str]:
    """What an SDK or `sam` needs to take the laptop cloud for AWS. `test` is the engine's root key."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
    }


def our_code() -> dict[str, str]:
    """For processes beside the engine that speak the shop's own language (seed, receiver, 3PL)."""
    return {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "waybill")])}


def tool(name: str) -> str:
    """A command of our own environment, whatever the shell's PATH says."""
    return str(Path(sys.executable).parent / name)
