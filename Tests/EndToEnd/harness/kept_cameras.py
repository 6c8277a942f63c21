"""A running `brokerctl run`: the broker as in other tests, and the processes of its cameras."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

from harness.broker import Broker
from harness.processes import Process, cpu_seconds, free_port
from harness.waiting import wait_until


class KeptCameras(Broker):
    """A running `brokerctl run` with a file of cameras that can be written anew."""

    def __init__(self, launch: Callable[..., Process], brokerctl: Path, folder: Path, cameras: dict, **top) -> None:
        self.file = folder / "cameras.yaml"
        port = free_port()
        self.top = {"port": port} | top
        self.write(cameras)
        super().__init__(launch("run", [brokerctl, "run", "--config", self.file]), port)

    def write(self, cameras: dict) -> None:
        # JSON is YAML, too.
        self.file.write_text(json.dumps(self.top | {"cameras": cameras}, indent=2))

    def follow(self, cameras: dict) -> None:
        """Has it take another set of cameras."""
        self.write(cameras)
        self.process.send_signal(signal.SIGHUP)

    @property
    def pids(self) -> dict[str, int]:
        """The cameras' processes by stream."""
        return {stream: pid for pid, stream in children(self.pid).items()}

    def source(self, stream: str) -> dict:
        return self.status(stream)["source"]

    def wait_source(self, stream: str, state: str, timeout: float = 15) -> dict:
        def look() -> dict | None:
            source = self.source(stream)
            return source if source["state"] == state else None

        return wait_until(look, f"the camera of {stream} to be {state}", timeout)

    def wait_processes(self, streams: set[str], timeout: float = 15) -> dict[str, int]:
        wait_until(lambda: set(self.pids) == streams, f"processes of the cameras {streams}", timeout)
        return self.pids

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all together, so far."""
        return sum(cpu_seconds(pid) for pid in [self.pid, *self.pids.values()])


def children(parent: int) -> dict[int, str]:
    """The camera processes of a keeper, by process id, with their streams."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z" and "--kept" in words:
            found[int(folder.name)] = words[words.index("--stream") + 1]
    return found


def is_there(pid: int) -> bool:
    """Whether a process still runs; one that is over and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def visible_to_others(pid: int) -> bytes:
    """What a process lists show of a process: its arguments, and its environment."""
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


def give_up(pids: list[int]) -> None:
    """At the end of a test that went wrong: nothing may stay."""
    for pid in pids:
        if is_there(pid):
            os.kill(pid, signal.SIGKILL)
