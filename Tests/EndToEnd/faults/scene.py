"""One fault on one stream: a camera, a line, a publisher and a viewer of its own, and what became of them."""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from faults.line import Line
from faults.watching import Watcher
from harness.processes import Process

# Longer than any bound, so that the table can tell how late a picture was.
PATIENCE = 20
LOST = re.compile(r"camera lost: (.*?) Trying again in")


@dataclass
class Fault:
    """What goes wrong, and what is expected then."""

    number: str
    name: str
    expected: str
    play: Callable[["Scene"], None]


@dataclass
class Outcome:
    happened: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float | None = None
    log: str = ""
    # What was not as expected the first time, if it was played twice.
    first_problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.problems


class Scene:
    """What a fault's script works with. `stage` makes cameras, brokers, lines and publishers."""

    def __init__(self, fault: Fault, stage, everybody_is_live: threading.Barrier) -> None:
        self.fault, self.stage, self.barrier = fault, stage, everybody_is_live
        self.stream = f"fault-{fault.number}"
        self.outcome = Outcome()
        self.line: Line | None = None
        self.publish: Process | None = None
        self.watch: Watcher | None = None

    def run(self) -> None:
        try:
            self.fault.play(self)
            if self.publish:
                self.check(self.publish.is_running, f"the publisher {self.publish.fate}")
            if self.watch:
                self.check(self.watch.sequences == sorted(set(self.watch.sequences)), "a frame came after a newer one")
        except Exception as error:
            self.outcome.problems.append(f"{type(error).__name__}: {error}")
            self.barrier.abort()
        finally:
            if self.watch:
                self.watch.close()

    # Setting up

    def begin(self, camera_port: int | None = None, *, live: bool = True, path: str = "/stream", **options) -> None:
        """Starts the publisher over a line of its own; comes back when pictures come on all scenes."""
        self.line = self.stage.line(camera_port or self.stage.studio_port, path)
        self.start_publisher(self.line.url, **options)
        if live:
            self.wait_live()

    def start_publisher(self, url: str, *, broker: str | None = None, options: list | None = None) -> None:
        broker = broker or self.stage.broker.url
        self.watch = Watcher(broker, self.stream, self.stage.WIDTH)
        self.publish = self.stage.publisher(f"publisher-{self.fault.number}", url, broker, self.stream, options or [])
        self.log_from = 0

    def wait_live(self) -> None:
        if not self.watch.wait_count(10, timeout=60):
            raise AssertionError(f"no pictures before the fault:\n{self.publish.log}")
        self.barrier.wait(90)

    # What happens

    def check(self, fact: bool, problem: str) -> None:
        if not fact:
            self.outcome.problems.append(problem)

    def say(self, text: str) -> None:
        self.outcome.happened.append(text)

    def pause(self, seconds: float) -> None:
        """The fault lasts."""
        threading.Event().wait(seconds)

    @contextlib.contextmanager
    def fault_lasts(self, bound: float, names: str | None = None) -> Iterator[None]:
        """The body is the fault; after it the first new picture must come within `bound` seconds.

        `names` is what the log must say, once a change of state; without it, it must not speak of a loss at all.
        """
        self.log_from = len(self.publish.log)
        yield
        self.expect_new_picture(bound)
        self.check_log(names)

    def expect_new_picture(self, bound: float) -> None:
        seconds = self.watch.first_after(time.time(), bound + PATIENCE)
        if seconds is None:
            self.outcome.problems.append(f"no new picture within {bound + PATIENCE:.0f} s")
            return
        if self.outcome.seconds is None or seconds > self.outcome.seconds:
            self.outcome.seconds = seconds
        self.check(seconds <= bound, f"the first new picture came after {seconds:.1f} s, not {bound} s")

    def log(self) -> str:
        """What the publisher has said since the fault began."""
        return self.publish.log[self.log_from :]

    def losses(self) -> list[str]:
        return LOST.findall(self.log())

    def check_log(self, names: str | None) -> None:
        losses = self.losses()
        if names is None:
            self.check(not losses, f"the log speaks of a loss: {losses}")
            return
        named = [loss for loss in losses if re.search(names, loss)]
        self.check(bool(named), f"the log does not name the fault: {losses}")
        if named:
            self.say('"' + re.split(r"[;.,] ", re.sub(r"rtsp://\S*", "…", named[0]))[0].rstrip(".") + '"')
        # Between two times of being live each loss is told once.
        for quiet in re.split(r"camera live", self.log()):
            told = LOST.findall(quiet)
            self.check(len(told) == len(set(told)), f"the log repeats itself: {told}")

    def expect_noticed(self, names: str, within: float) -> None:
        """The log names the fault in time."""
        began = time.monotonic()
        while time.monotonic() - began < within + PATIENCE:
            if any(re.search(names, loss) for loss in self.losses()):
                seconds = time.monotonic() - began
                self.say(f"noticed in {seconds:.1f} s")
                self.check(seconds <= within, f"noticed after {seconds:.1f} s, not {within} s")
                return
            time.sleep(0.02)
        self.outcome.problems.append(f"not noticed within {within + PATIENCE:.0f} s")
