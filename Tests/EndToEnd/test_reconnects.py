"""A publisher whose camera closes the connection after a few pictures, again and again: nothing piles up."""

import os
import threading
from pathlib import Path

import pytest

from faults.line import Lines
from faults.rtsp_messages import Packet
from harness.waiting import wait_until

# Enough to see a leak of one descriptor, thread or buffer a time; RECONNECTS=1000 for the long run.
RECONNECTS = int(os.environ.get("RECONNECTS", "60"))
WARM = min(100, RECONNECTS // 3)
# What the memory of a process that does the same over and over wavers by.
KILOBYTES_OF_NOISE = 6_000
SECONDS_EACH = 2


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.timeout(60 + SECONDS_EACH * RECONNECTS)
def test_reconnecting_leaves_nothing_behind(broker, camera, publisher, figures):
    film = camera(clock=True, options=["--width", 640, "--height", 360, "--fps", 60, "--keyframe-distance", 3])
    lines = Lines()
    try:
        line = lines.line(film.port)
        pictures: dict[int, int] = {}
        cutting = threading.Event()

        def cut_after_ten(packet: Packet) -> Packet:
            number = line.connections
            pictures[number] = pictures.get(number, 0) + packet.ends_picture
            if pictures[number] == 10 and cutting.is_set():
                pictures[number] += 1
                threading.Thread(target=line.cut, daemon=True).start()
            return packet

        line.alter = cut_after_ten
        publish = publisher(line.url, "door")
        with broker.view("door") as viewer:
            viewer.wait_frames(60, timeout=20)
            before = threads(publish.pid), descriptors(publish.pid)
            cutting.set()
            # Whoever is connected has had its ten pictures.
            line.cut()

            def memory_after(count: int) -> int:
                wait_until(lambda: line.connections > count, f"{count} reconnects", SECONDS_EACH * count + 20, 0.05)
                return publish.memory_kb

            memory = memory_after(WARM)
            samples = [memory_after(WARM + (RECONNECTS - WARM) * part // 10) for part in range(1, 11)]
            cutting.clear()
            viewer.wait_frames(viewer.count + 60, timeout=20)
            after = threads(publish.pid), descriptors(publish.pid)
    finally:
        lines.close()
    live = viewer.count
    figures[f"memory of the publisher over {RECONNECTS} reconnects, KB"] = [memory, *samples]
    figures["threads and descriptors before and after that"] = [before, after]
    assert publish.is_running
    assert live > 3 * RECONNECTS, "it did not show pictures each time"
    assert max(samples[5:]) - memory < KILOBYTES_OF_NOISE
    # Pools of threads may have grown by one or two; a leak would have left one for each connection.
    assert after[0] <= before[0] + 2 and after[1] <= before[1] + 2

