"""A viewer that tells when the first new picture came: one that the camera drew after a given moment."""

import threading
import time

from websockets.exceptions import ConnectionClosed

import picture_clock
from harness.pictures import decode
from harness.wire import TaggedFrame, open_viewer


class Watcher:
    """Views one stream of cameras that draw the time into their pictures, for as long as the broker is there."""

    def __init__(self, url: str, stream: str, width: int) -> None:
        self.url, self.stream, self.width = url, stream, width
        self.count = 0
        self.arrivals: list[float] = []  # monotonic seconds
        self.sequences: list[int] = []
        self.last_size: tuple[int, int] | None = None
        self.changed = threading.Condition()
        self.wanted_after: float | None = None
        self.found: float | None = None
        self.ended = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self.ended:
            try:
                with open_viewer(self.url, f"/ws/{self.stream}", tagged=True) as socket:
                    self.sequences.clear()
                    while not self.ended:
                        try:
                            message = socket.recv(timeout=0.5)
                        except TimeoutError:
                            continue
                        if isinstance(message, bytes):
                            self._take(message)
            except (ConnectionClosed, OSError, TimeoutError, EOFError):
                time.sleep(0.02)  # the broker is away: that may be the fault that is tested

    def _take(self, message: bytes) -> None:
        arrival, frame = time.time(), TaggedFrame.parse(message)
        drawn = None
        if self.wanted_after is not None:
            drawn = self._drawn(frame)
        with self.changed:
            self.count += 1
            self.arrivals.append(time.monotonic())
            self.sequences.append(frame.sequence)
            if drawn is not None and self.wanted_after is not None and drawn > self.wanted_after:
                self.found, self.wanted_after = arrival, None
            self.changed.notify_all()

    def _drawn(self, frame: TaggedFrame) -> float | None:
        image = decode(frame.payload)
        self.last_size = image.size
        try:
            return picture_clock.read(image, scale=image.width / self.width) / 1000
        except ValueError:
            return None  # damaged: nobody can say how old it is

    def wait_count(self, more: int, timeout: float) -> bool:
        """Whether that many more frames come in time."""
        with self.changed:
            target = self.count + more
            return self.changed.wait_for(lambda: self.count >= target, timeout)

    def first_after(self, moment: float, timeout: float) -> float | None:
        """Seconds from `moment` (Unix time) to the arrival of the first picture that was drawn after it."""
        with self.changed:
            self.found, self.wanted_after = None, moment
            self.changed.wait_for(lambda: self.found is not None, timeout)
            self.wanted_after = None
            return None if self.found is None else self.found - moment

    def longest_gap(self, since: float) -> float:
        times = [since, *(arrival for arrival in self.arrivals if arrival >= since), time.monotonic()]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def rate(self, since: float) -> float:
        return sum(arrival >= since for arrival in self.arrivals) / (time.monotonic() - since)

    def close(self) -> None:
        self.ended = True
        self.thread.join(5)
