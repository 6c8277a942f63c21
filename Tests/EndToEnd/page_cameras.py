"""Many cameras in one process: real WebP pictures of a moving scene, posted at a steady rate over one connection each.

    page_cameras.py http://127.0.0.1:3090 '[{"stream": "yard", "fps": 30, "width": 1280, "height": 720}, …]'

The pictures are encoded beforehand, so that sixteen cameras cost little more than their posts; a camera without a size sends
tiny ones that carry their number. Goes on when the broker
goes away and comes back; ends when it is told to, with a line of JSON: how many frames and bytes were taken of each.
"""

import heapq
import http.client
import json
import signal
import sys
import time
import zlib
from urllib.parse import urlsplit

from page_pictures import numbered, scene

STEPS = 20


class Camera:
    def __init__(self, host: str, spec: dict, pictures: list[bytes]) -> None:
        self.stream, self.interval = spec["stream"], 1 / spec["fps"]
        self.host, self.pictures = host, pictures
        self.connection: http.client.HTTPConnection | None = None
        self.number = self.taken = self.bytes = 0

    def post(self) -> None:
        self.number += 1
        picture = self.pictures[self.number % len(self.pictures)] if self.pictures else numbered(self.number)
        try:
            self.connection = self.connection or http.client.HTTPConnection(self.host, timeout=2)
            captured = str(time.time_ns() // 1000)
            self.connection.request("POST", f"/ingest/{self.stream}", picture, {"X-Capture-Time-Us": captured})
            answer = self.connection.getresponse()
            answer.read()
            self.taken += answer.status in (200, 202)
            self.bytes += len(picture)
        except (OSError, http.client.HTTPException):
            self.connection = None


def pictures_for(spec: dict, known: dict) -> list[bytes]:
    """Shared by all cameras of a size, each beginning elsewhere; none for a camera that numbers its pictures."""
    if "width" not in spec:
        return []
    key = spec["width"], spec["height"]
    if key not in known:
        known[key] = [scene(step * 200 // STEPS, *key) for step in range(STEPS)]
    first = zlib.crc32(spec["stream"].split("~")[0].encode()) % STEPS
    return known[key][first:] + known[key][:first]


def main() -> None:
    host = urlsplit(sys.argv[1]).netloc
    known: dict = {}
    cameras = [Camera(host, spec, pictures_for(spec, known)) for spec in json.loads(sys.argv[2])]
    running = True

    def end(*_: object) -> None:
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, end)
    print("ready", flush=True)
    start = time.monotonic()
    # Spread over the first interval, as cameras are that know nothing of each other.
    due = [(start + camera.interval * index / len(cameras), index) for index, camera in enumerate(cameras)]
    heapq.heapify(due)
    while running:
        at, index = heapq.heappop(due)
        time.sleep(max(0, at - time.monotonic()))
        cameras[index].post()
        # A camera that is late leaves pictures out rather than hurry after them.
        heapq.heappush(due, (max(at + cameras[index].interval, time.monotonic() - 1), index))
    print(json.dumps({camera.stream: [camera.taken, camera.bytes] for camera in cameras}), flush=True)


if __name__ == "__main__":
    main()
