"""A host of our own behind a cable that can be pulled: a network namespace and a pair of virtual network cards."""

import os
import shutil
import subprocess
from pathlib import Path

NEAR = "10.203.77.1"


class NoFarHost(Exception):
    """This machine makes none, and why."""


class FarHost:
    """Its programs reach this machine at `NEAR`; nobody else can. It has as many addresses as it is asked to have."""

    def __init__(self, address_count: int = 1) -> None:
        if os.geteuid() != 0 or shutil.which("ip") is None:
            raise NoFarHost("a network namespace needs root and the ip command")
        self._remove_leftovers()
        self.name = f"sb-far-{os.getpid()}"
        self.card = f"sbn{os.getpid()}"[:15]
        far_card = f"sbf{os.getpid()}"[:15]
        made = subprocess.run(["ip", "netns", "add", self.name], capture_output=True, text=True)
        if made.returncode:
            raise NoFarHost(f"this machine makes no network namespaces: {made.stderr.strip()}")
        self._run("link", "add", self.card, "type", "veth", "peer", "name", far_card, "netns", self.name)
        self._run("addr", "add", f"{NEAR}/24", "dev", self.card)
        self._run("link", "set", self.card, "up")
        self.addresses = [f"10.203.77.{number + 2}" for number in range(address_count)]
        for address in self.addresses:
            self._run("-n", self.name, "addr", "add", f"{address}/24", "dev", far_card)
        self._run("-n", self.name, "link", "set", far_card, "up")
        self.far_card = far_card

    @staticmethod
    def _remove_leftovers() -> None:
        """Whoever was killed left its host behind, and two that are there at once have the same address at this end."""
        for host in Path("/run/netns").glob("sb-far-*"):
            maker = host.name.removeprefix("sb-far-")
            if not Path("/proc", maker).exists():
                subprocess.run(["ip", "link", "delete", f"sbn{maker}"[:15]], capture_output=True)
                subprocess.run(["ip", "netns", "delete", host.name], capture_output=True)

    @staticmethod
    def _run(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)

    def command(self, *argv: object) -> list[str]:
        """The words that run a program there."""
        return ["ip", "netns", "exec", self.name, *map(str, argv)]

    def pull_the_cable(self) -> None:
        """From now on no packet comes through, and nobody is told."""
        self._run("-n", self.name, "link", "set", self.far_card, "down")

    def remove(self) -> None:
        subprocess.run(["ip", "link", "delete", self.card], capture_output=True)
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True)
