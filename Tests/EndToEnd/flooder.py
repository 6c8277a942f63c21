"""A client that floods, is thrown out, and comes back, for the tests of floods.

    flooder.py HOST PORT TIMES

Prints what each of its connections came to: a close code, a status, or `cut off`.
"""

import sys

from harness.bare import BareConnection, client_frame

PING = 0x9


def flood(host: str, port: int) -> str:
    with BareConnection(port, host=host) as connection:
        try:
            if (status := connection.upgrade("/ws/door")) != 101:
                return str(status)
            connection.send(client_frame(b"", PING) * 1_000)
            return str(connection.read_close_code())
        except (AssertionError, OSError):
            return "cut off"


if __name__ == "__main__":
    host, port, times = sys.argv[1:]
    print(" ".join(flood(host, int(port)) for _ in range(int(times))))
