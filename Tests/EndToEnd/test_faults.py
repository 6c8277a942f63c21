"""Every fault that a camera, a line or a broker can have, on real programs: all at once, each on a stream of its own.

All of them together are a load as well. Somebody watches a stream that has no fault, and must not notice.
`make faults` runs this file and prints the table.
"""

import contextlib
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from conftest import CLIPS, HERE, SYSTEM_PYTHON, fault_table
from faults.catalogue import CATALOGUE
from faults.line import Lines
from faults.scene import Fault, Outcome, Scene
from faults.watching import Watcher
from harness.broker import Broker
from harness.processes import MEDIA, Process, free_port
from harness.rtsp_camera import Camera

# From the first camera's start to the last fault's end.
TIMEOUT = 600


class Stage:
    """Makes what the scripts of the faults need, and takes all of it away."""

    WIDTH, HEIGHT, FPS = 320, 180, 25
    CHANGE_SIZE, CHANGE_PACE, FREEZE = signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP

    def __init__(self, brokerctl, folder) -> None:
        self.brokerctl, self.folder = brokerctl, folder
        self.processes: list[Process] = []
        self.brokers: list[Broker] = []
        self.lines = Lines()
        self.broker = self.another_broker("broker")
        self.studio_port = self.camera("studio").port

    def launch(self, name: str, argv: list) -> Process:
        process = Process(name, argv, folder=self.folder)
        self.processes.append(process)
        return process

    def another_broker(self, name: str) -> Broker:
        port = free_port()
        broker = Broker(self.launch(name, [self.brokerctl, "serve", "--port", port]), port)
        self.brokers.append(broker)
        return broker

    def camera(
        self,
        name: str,
        codec: str = "h264",
        *,
        width: int = WIDTH,
        height: int = HEIGHT,
        user: str | None = None,
        password: str = "",
        auth: str = "basic",
        options: list | None = None,
    ) -> Camera:
        """A keyframe a second, as cameras do it, unless the options say otherwise."""
        port = free_port()
        argv = [SYSTEM_PYTHON, HERE / "camera.py", "--port", port, "--codec", codec, "--clip", MEDIA / CLIPS["h264"]]
        argv += ["--clock", "--width", width, "--height", height, "--fps", self.FPS, "--path", "/stream"]
        argv += ["--keyframe-distance", self.FPS, *(options or [])]
        if user:
            argv += ["--user", user, "--password", password, "--auth", auth]
        return Camera(self.launch(name, argv), port, user, password)

    def line(self, camera_port: int, path: str = "/stream"):
        return self.lines.line(camera_port, path)

    def publisher(self, name: str, source: str, broker: str, stream: str, options: list) -> Process:
        argv = [self.brokerctl, "publish", "--source", source, "--broker", broker, "--stream", stream]
        return self.launch(name, [*argv, *options])

    def close(self) -> None:
        for process in self.processes:
            process.reap()
        for broker in self.brokers:
            broker.http.close()
        self.lines.close()


@dataclass
class Run:
    outcomes: dict[str, Outcome]
    longest_gap: float
    rate: float


@pytest.fixture(scope="module")
def run(request, brokerctl, tmp_path_factory) -> Run:
    """Plays all chosen faults at the same time, and those that were not as expected once more.

    Some fifty processes at once are a load of their own for a small machine, and may keep a picture from coming in time.
    """
    chosen = [item.callspec.params["fault"] for item in request.session.items if "fault" in getattr(item, "fixturenames", [])]
    result = play(chosen, brokerctl, tmp_path_factory.mktemp("faults"))
    if again := [fault for fault in chosen if not result.outcomes[fault.number].passed]:
        second = play(again, brokerctl, tmp_path_factory.mktemp("faults-again"))
        for number, outcome in second.outcomes.items():
            outcome.first_problems = result.outcomes[number].problems
            result.outcomes[number] = outcome
    fault_table.extend((fault, result.outcomes[fault.number]) for fault in chosen)
    fault_table.append(f"meanwhile a stream without a fault: {result.rate:.1f} fps, longest gap {result.longest_gap:.2f} s")
    return result


def play(faults: list[Fault], brokerctl, folder) -> Run:
    stage = Stage(brokerctl, folder)
    try:
        stage.publisher("publisher-bystander", f"rtsp://127.0.0.1:{stage.studio_port}/stream", stage.broker.url, "bystander", [])
        bystander = Watcher(stage.broker.url, "bystander", stage.WIDTH)
        barrier = threading.Barrier(len(faults) + 1)
        scenes = [Scene(fault, stage, barrier) for fault in faults]
        with ThreadPoolExecutor(max_workers=max(1, len(scenes))) as pool:
            done = [pool.submit(scene.run) for scene in scenes]
            # A scene that could not begin has broken it for all of them, and is the one to say why.
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(120)
            since = time.monotonic()
            for future in done:
                future.result()
        outcomes = {scene.fault.number: scene.outcome for scene in scenes}
        result = Run(outcomes, bystander.longest_gap(since), bystander.rate(since))
        bystander.close()
    finally:
        stage.close()
    for number, outcome in outcomes.items():
        if outcome.problems:
            log = folder / f"publisher-{number}.log"
            outcome.log = log.read_text()[-4000:] if log.exists() else ""
    return result


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("fault", CATALOGUE, ids=lambda fault: f"{fault.number}-{fault.play.__name__}")
def test_a_fault_is_survived(run: Run, fault: Fault):
    outcome = run.outcomes[fault.number]
    assert outcome.passed, "\n".join([*outcome.problems, outcome.log])


@pytest.mark.timeout(TIMEOUT)
def test_a_stream_without_a_fault_is_not_disturbed(run: Run):
    # Two cores carry some fifty processes here, so the bound is far from what a quiet machine shows.
    assert run.longest_gap < 2
    assert run.rate > 20
