"""A publisher and a viewer that keep their connections while something is done to the broker."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from .broker import Broker
from .pictures import picture
from .wire import TaggedFrame, open_viewer


@dataclass
class Traffic:
    """The sequences of the frames that the broker took and of those that the viewer got."""

    posted: list[int] = field(default_factory=list)
    got: list[int] = field(default_factory=list)


@contextmanager
def traffic(broker: Broker, stream: str, publisher, **viewer_options: object) -> Iterator[Traffic]:
    """Some 100 frames a second by `publisher`, an httpx client, until the block ends. By then the viewer has what it will get."""
    seen, is_over = Traffic(), threading.Event()

    def publish() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            answer = publisher.post(f"/ingest/{stream}", content=picture(number))
            assert answer.status_code == 200, answer
            seen.posted.append(answer.json()["sequence"])
            is_over.wait(0.01)

    with open_viewer(broker.url, f"/ws/{stream}", tagged=True, **viewer_options) as viewer:

        def view() -> None:
            # A second in which nothing comes, after the last was posted, is the end.
            while True:
                try:
                    message = viewer.recv(timeout=1)
                except TimeoutError:
                    if is_over.is_set():
                        return
                    continue
                if isinstance(message, bytes):
                    seen.got.append(TaggedFrame.parse(message).sequence)

        # Pings are answered by a viewer that has joined: it misses nothing that is posted from now on.
        assert viewer.ping().wait(10)
        with ThreadPoolExecutor(2) as threads:
            works = [threads.submit(work) for work in (publish, view)]
            try:
                yield seen
            finally:
                is_over.set()
                for work in works:
                    work.result(15)
