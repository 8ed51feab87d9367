"""What the person at the keyboard is told when the laptop cloud cannot start."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import cloud, preflight
from local.children import Children, died
from local.keys import Keys
from local.problems import Problem
from local.settings import HOST, ROOT, Home, Ports
from local.testing import free_base
from local.up import only_one


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_busy_port_is_named_with_what_to_do(home: Home) -> None:
    ports = Ports(free_base())
    with socket.create_server((HOST, ports.mail)):
        with pytest.raises(Problem, match=rf"Port {ports.mail} \(mail\) is in use.*WAYBILL_PORT={ports.mail + 1000}"):
            preflight.check(home, ports)


def test_state_made_on_other_ports_is_not_mixed_up(home: Home) -> None:
    first, second = Ports(free_base()), Ports(free_base() + 50)
    preflight.check(home, first)
    with pytest.raises(Problem, match=f"WAYBILL_PORT={first.engine}"):
        preflight.check(home, second)


def test_a_missing_package_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_PACKAGES", ("no-such-package",))
    with pytest.raises(Problem, match="no-such-package is not installed: run `make run`"):
        preflight.check(home, Ports(free_base()))


def test_two_in_one_folder_are_refused(home: Home) -> None:
    with only_one(home), pytest.raises(Problem, match=rf"up already \(process {os.getpid()}\).*make stop"), only_one(home):
        pass


def test_a_child_that_dies_is_named_with_its_log(home: Home) -> None:
    children = Children(home.logs)
    child = children.start("mailbox", [sys.executable, "-c", "raise SystemExit('no room')"])
    child.process.wait()
    assert children.dead() is child
    assert str(died(child)) == f"mailbox has ended (exit 1); its log is {home.logs / 'mailbox.log'}. Its last line: no room"


def test_stopping_leaves_no_child_not_even_a_deaf_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.children._STOP_SECONDS", 0.5)
    children = Children(home.logs)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    child = children.start("deaf", [sys.executable, "-c", deaf])
    while "ready" not in child.log.read_text():
        time.sleep(0.01)
    children.stop()
    assert child.process.returncode == -9


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from local.children import Children; "
        "c = Children(Path(sys.argv[1])).start('child', [sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(c.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_a_failed_deploy_is_one_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "tool", lambda name: sys.executable)
    with pytest.raises(Problem) as told:
        cloud._sam([sys.executable, "-c", "print('x'); print('Error: no such bucket'); raise SystemExit(1)"], home, "deploy", {})
    assert str(told.value) == f"`sam deploy` failed: Error: no such bucket (all of it: {home.logs / 'sam-deploy.log'})"


def test_keys_are_made_once_and_kept(home: Home) -> None:
    first = Keys(home)
    assert first.of("node_keys", "reno").startswith("wb_test_")
    assert Keys(home).as_json() == first.as_json()
    assert home.secrets_file.stat().st_mode & 0o777 == 0o600
    assert json.loads(home.secrets_file.read_text())["node_keys"]["reno"] == first.of("node_keys", "reno")


def test_only_parameters_that_the_template_declares_are_passed(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Parameters: {Stage: {Type: String}, Other: {Type: String}}\nResources: {}\n")
    assert cloud.parameters(Ports(4566), template) == {"Stage": "local"}


def test_a_changed_source_is_deployed_again_and_an_unchanged_one_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "ROOT", tmp_path)
    source = tmp_path / "app.py"
    source.write_text("1")
    first = cloud.fingerprint({}, [source])
    assert cloud.fingerprint({}, [source]) == first and cloud.fingerprint({"Stage": "x"}, [source]) != first
    source.write_text("2")
    assert cloud.fingerprint({}, [source]) != first


@pytest.mark.xdist_group("groups")
def test_tests_of_one_group_share_a_process(request: pytest.FixtureRequest) -> None:
    """Two workers that each start the laptop cloud of tests/laptop fall over each other: a runner that drops the groups is found here."""
    if "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("loadgroup", default=False):
        assert request.node.nodeid.endswith("@groups")
