"""Somebody who watches a stream of their own while others misbehave, and sees every frame of it."""

import threading

import httpx

from harness.pictures import picture
from harness.waiting import wait_until


class Bystander:
    """A viewer of a stream that is published to all the time while others misbehave."""

    def __init__(self, broker) -> None:
        self.broker = broker
        self.viewer = broker.view("control")
        self.posted: list[int] = []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._publish, daemon=True)
        broker.wait_viewers("control", 1)
        self.thread.start()

    def _publish(self) -> None:
        with httpx.Client(base_url=self.broker.url, timeout=10) as client:
            for number in range(1, 100_000):
                answer = client.post("/ingest/control", content=picture(number))
                assert answer.status_code == 200
                self.posted.append(answer.json()["sequence"])
                if self.stopped.wait(0.02):
                    return

    def stop(self) -> None:
        self.stopped.set()
        self.thread.join(10)
        self.viewer.close()

    def assert_saw_everything(self) -> None:
        # Frames that were published after the last fault prove that the broker is still at work.
        count = len(self.posted)
        wait_until(lambda: len(self.posted) > count + 1 or not self.thread.is_alive(), "a frame after the fault")
        assert self.thread.is_alive(), "the broker refused a good frame"
        self.stopped.set()
        self.thread.join(10)
        wait_until(lambda: self.viewer.sequences[-1:] == self.posted[-1:], "the last frame")
        assert self.viewer.sequences == self.posted, "another viewer saw a gap"
