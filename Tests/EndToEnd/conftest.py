"""Fixtures of the end-to-end tests: the programs under test, and cameras that are not ours.

Everything here runs as a process of its own and talks over loopback. What a test starts is ended after it, and its log
is shown when the test fails.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from faults import report as faults_report  # noqa: E402
from harness.broker import Broker  # noqa: E402
from harness.bystander import Bystander  # noqa: E402
from harness.processes import MEDIA, ROOT, Process, clean_environment, free_port, leftovers  # noqa: E402
from harness.rtsp_camera import Camera  # noqa: E402
from harness.waiting import wait_until  # noqa: E402
from hostile import report as hostile_report  # noqa: E402

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "output"
CLIPS = {"h264": "vtest-720p.h264.mp4", "h265": "vtest-720p.h265.mp4", "mjpeg": "vtest-720p.mjpeg.mkv"}
# Debian's own Python: the one that GStreamer's bindings are installed for.
SYSTEM_PYTHON = "/usr/bin/python3"

_figures: dict[str, object] = {}
# What the faults of test_faults.py came to: a fault and its outcome each, or a line of text.
fault_table: list = []
# What the rows of test_hostile.py were answered.
_hostile_table: list = []


# What a run leaves behind: nothing but figures


@pytest.fixture(scope="session")
def figures() -> dict[str, object]:
    """Measured numbers; they are printed at the end and kept in output/figures.json."""
    return _figures


@pytest.fixture(scope="session")
def hostile_table() -> list:
    """Hostile inputs with their answers; they are printed at the end as a table with -v."""
    return _hostile_table


def pytest_terminal_summary(terminalreporter) -> None:
    if _hostile_table:
        terminalreporter.section("hostile input")
        lines = hostile_report.lines(_hostile_table)
        for line in lines if terminalreporter.verbosity > 0 else lines[-1:]:
            terminalreporter.line(line)
    if fault_table:
        terminalreporter.section("faults")
        for line in faults_report.lines(fault_table):
            terminalreporter.line(line)
    if not _figures:
        return
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / "figures.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | _figures, indent=2, sort_keys=True) + "\n")
    terminalreporter.section("figures")
    for name, value in sorted(_figures.items()):
        terminalreporter.line(f"{name}: {json.dumps(value)}")


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    yield
    wait_until(lambda: not leftovers(), f"the end of every process that a test started: {leftovers()}", timeout=5)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for process in getattr(item, "processes", []):
            report.sections.append((f"{process.name}, {process.fate}", process.log[-6000:]))
    return report


# Programs


@pytest.fixture(scope="session")
def brokerctl() -> Path:
    path = Path(os.environ.get("BROKERCTL") or ROOT / ".build" / "release" / "brokerctl").resolve()
    assert path.exists(), f"{path} is not there; run make build first, or set BROKERCTL"
    return path


@pytest.fixture
def launch(request, tmp_path) -> Iterator[Callable[..., Process]]:
    """Starts programs: `launch(name, argv, env=None)`; all of them are gone when the test is over."""
    processes: list[Process] = []
    request.node.processes = processes

    def start(name: str, argv: list, env: dict[str, str] | None = None) -> Process:
        taken = sum(process.name.split("#")[0] == name for process in processes)
        process = Process(f"{name}#{taken + 1}" if taken else name, argv, folder=tmp_path, env=env)
        processes.append(process)
        return process

    yield start
    for process in reversed(processes):
        process.reap()


@pytest.fixture
def environment() -> dict[str, str]:
    """For programs that a test runs to their end: nothing set on this machine decides."""
    return clean_environment()


@pytest.fixture
def run(brokerctl, environment, tmp_path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs brokerctl to its end: `run("serve", "--port", "0", env={})`."""

    def start(*arguments: object, env: dict | None = None, timeout: float = 20) -> subprocess.CompletedProcess:
        return subprocess.run(
            [brokerctl, *map(str, arguments)],
            cwd=tmp_path,
            env=environment | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return start


@pytest.fixture
def broker(launch, brokerctl) -> Iterator[Broker]:
    """A broker of the test's own."""
    port = free_port()
    with Broker(launch("broker", [brokerctl, "serve", "--port", port]), port) as running:
        yield running


@pytest.fixture(scope="module")
def shared_broker(brokerctl, tmp_path_factory) -> Iterator[Broker]:
    """One broker for many small tests: for those that need no particular state and leave none that matters."""
    port = free_port()
    process = Process("broker", [brokerctl, "serve", "--port", port], folder=tmp_path_factory.mktemp("broker"))
    try:
        with Broker(process, port) as running:
            yield running
    finally:
        process.reap()


@pytest.fixture
def bystander(broker) -> Iterator[Bystander]:
    """Watches a stream of its own during the test, and fails it when a frame is missing."""
    watching = Bystander(broker)
    yield watching
    try:
        watching.assert_saw_everything()
    finally:
        watching.stop()


@pytest.fixture
def camera(launch) -> Callable[..., Camera]:
    """Starts cameras: `camera(codec="h264", clock=False, user=None, password="", auth="basic", options=[])`."""

    def start(
        codec: str = "h264",
        *,
        clock: bool = False,
        user: str | None = None,
        password: str = "",
        auth: str = "basic",
        options: list | None = None,
    ) -> Camera:
        port = free_port()
        clip = MEDIA / CLIPS["h264" if clock else codec]
        argv = [SYSTEM_PYTHON, HERE / "camera.py", "--port", port, "--codec", codec, "--clip", clip, *(options or [])]
        if clock:
            argv.append("--clock")
        if user:
            argv += ["--user", user, "--password", password, "--auth", auth]
        return Camera(launch("camera", argv), port, user, password)

    return start


@pytest.fixture
def publisher(launch, brokerctl, broker) -> Callable[..., Process]:
    """Starts `brokerctl publish` to the broker: `publisher(source, stream="stream1", options=[])`."""

    def start(source: str, stream: str = "stream1", options: list | None = None, env: dict | None = None) -> Process:
        argv = [brokerctl, "publish", "--source", source, "--broker", broker.url, "--stream", stream, *(options or [])]
        return launch("publisher", argv, env)

    return start
