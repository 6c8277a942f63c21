"""A hundred viewers of one camera, five of which never read: the others notice nothing."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.processes import clean_environment, cpu_seconds
from harness.waiting import wait_until

VIEWERS = Path(__file__).with_name("fanout_viewers.py")
READERS, SLEEPERS = 95, 5
SECONDS = 20


class Crowd:
    """The viewers, in a process of their own."""

    def __init__(self, port: int, stream: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, VIEWERS, str(port), stream, str(READERS), str(SLEEPERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )

    def wait_joined(self) -> None:
        assert self.process.stdout.readline() == "joined\n"

    def leave(self) -> dict:
        """What they saw."""
        out, _ = self.process.communicate(timeout=20)
        return json.loads(out)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.mark.timeout(120)
def test_ninety_five_of_a_hundred_viewers_get_every_frame(broker, camera, publisher, figures):
    publish = publisher(camera("h264").url, "wall")
    wait_until(lambda: broker.http.get("/snapshot/wall").status_code == 200, "the first picture", timeout=15)
    crowd = Crowd(broker.port, "wall")

    def processor_time() -> list[float]:
        return [cpu_seconds(pid) for pid in (publish.pid, broker.pid, crowd.process.pid)]

    try:
        crowd.wait_joined()
        broker.wait_viewers("wall", READERS + SLEEPERS)
        # From here on: those who never read have filled what the kernel holds for them within a second.
        warm = broker.status("wall")["received"] + 60
        wait_until(lambda: broker.status("wall")["received"] >= warm, "two seconds of frames", timeout=15)
        memory, before, cpu = [broker.process.memory_kb], broker.status("wall"), processor_time()
        started = time.monotonic()
        while time.monotonic() - started < SECONDS:
            time.sleep(1)  # the pace of the measurement
            memory.append(broker.process.memory_kb)
        after = broker.status("wall")
        cpu = [now - then for now, then in zip(processor_time(), cpu)]
        seen = crowd.leave()
    finally:
        crowd.end()

    frames = after["received"] - before["received"]
    every = sorted({sequence for sequences in seen["sequences"] for sequence in sequences})
    window = [sequence for sequence in every if before["sequence"] < sequence <= after["sequence"]]
    missing = {
        number: len(set(window) - set(sequences))
        for number, sequences in enumerate(seen["sequences"])
        if not set(window) <= set(sequences)
    }
    growth = (max(memory[-3:]) - max(memory[:3])) / 1024
    delivered = after["delivered"] - before["delivered"]
    figures["fanout"] = {
        "viewers": f"{READERS} that read, {SLEEPERS} that never read",
        "frames published": frames,
        "frames per second": round(frames / SECONDS, 1),
        "frames missed by readers": sum(missing.values()),
        "broker memory MB": [round(kb / 1024, 1) for kb in (memory[0], memory[len(memory) // 2], memory[-1])],
        "memory growth MB": round(growth, 1),
        "broker CPU us per delivered frame": round(cpu[1] / delivered * 1e6, 1),
        "CPU share of publisher, broker, viewers": [round(share / SECONDS, 2) for share in cpu],
        "MB/s to viewers": round((after["delivered_bytes"] - before["delivered_bytes"]) / SECONDS / 1e6),
    }
    assert publish.is_running
    assert seen["cut_off"] == 0
    assert frames >= 25 * SECONDS
    assert len(window) >= frames - 2
    assert not missing, f"readers that missed frames: {missing} of {len(window)}"
    assert all(sequences == sorted(set(sequences)) for sequences in seen["sequences"]), "a frame came twice or late"
    assert growth < 16, f"the broker's memory grows: {memory}"
