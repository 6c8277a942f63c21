"""Fixtures of the end-to-end tests: the programs under test, and cameras that are not ours.

Everything here runs as a process of its own and talks over loopback. What a test starts is ended after it, and its log is
shown when the test fails.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness.processes import ROOT, Process, clean_environment, free_port, leftovers  # noqa: E402
from harness.wire import RecordingViewer  # noqa: E402
from harness.waiting import wait_until  # noqa: E402

HERE = Path(__file__).resolve().parent
MEDIA = ROOT / "Tests" / "Media"
OUTPUT = HERE / "output"
CLIPS = {"h264": "vtest-720p.h264.mp4", "h265": "vtest-720p.h265.mp4", "mjpeg": "vtest-720p.mjpeg.mkv"}
# Debian's own Python: the one that GStreamer's bindings are installed for.
SYSTEM_PYTHON = "/usr/bin/python3"

_reports = pytest.StashKey[dict]()
_figures: dict[str, object] = {}


# What a run leaves behind: nothing but figures


@pytest.fixture(scope="session")
def figures() -> dict[str, object]:
    """Measured numbers; they are printed at the end and kept in output/figures.json."""
    return _figures


def pytest_terminal_summary(terminalreporter) -> None:
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
    item.stash.setdefault(_reports, {})[report.when] = report
    if report.failed:
        for process in getattr(item, "processes", []):
            report.sections.append((f"log of {process.name}", process.log[-6000:]))
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


class Broker:
    """A running `brokerctl serve`."""

    def __init__(self, process: Process, port: int) -> None:
        self.process, self.port = process, port
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=self.url, timeout=10)
        self.wait_ready()

    def wait_ready(self) -> None:
        def answers() -> bool:
            assert self.process.is_running, f"the broker ended at once:\n{self.process.log}"
            try:
                return self.http.get("/health").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, "the broker to answer")

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.process.log

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> tuple[int, float]:
        return self.process.end()

    def restart(self) -> None:
        """Starts it again on the same port."""
        self.process.kill()
        self.process.start()
        self.wait_ready()

    def post(self, stream: str, data: bytes, **headers: str) -> httpx.Response:
        return self.http.post(
            f"/ingest/{stream}",
            content=data,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def status(self, stream: str) -> dict:
        return self.http.get(f"/api/streams/{stream}").raise_for_status().json()

    def viewers(self, stream: str) -> int:
        return self.status(stream)["viewers"]

    def wait_viewers(self, stream: str, count: int) -> None:
        wait_until(lambda: self.viewers(stream) == count, f"{count} viewers of {stream}")

    def view(self, stream: str, **options) -> RecordingViewer:
        return RecordingViewer(self.url, stream, **options)


@pytest.fixture
def broker(launch, brokerctl) -> Iterator[Broker]:
    port = free_port()
    running = Broker(launch("broker", [brokerctl, "serve", "--port", port]), port)
    yield running
    running.http.close()


class Camera:
    """A running RTSP camera that is not ours."""

    def __init__(self, process: Process, port: int, user: str | None, password: str) -> None:
        self.process, self.port = process, port
        login = f"{user}:{password}@" if user else ""
        self.url = f"rtsp://{login}127.0.0.1:{port}/stream"
        self.wait_ready()

    def wait_ready(self) -> None:
        self.process.wait_log("ready ", timeout=20)

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        """Starts it again on the same port."""
        self.process.kill()
        self.process.start()
        self.wait_ready()


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
