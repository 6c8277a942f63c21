"""One hostile input and its verdict."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.bare import BareConnection

Attack = Callable[[BareConnection], str]


@dataclass(frozen=True)
class Row:
    """`attack` does it on a fresh connection and says what came of it, such as `400` or `close 1002`."""

    area: str
    name: str
    attack: Attack
    expected: str
