"""Servers that take turns under the same load, and how they compare."""

import statistics
import sys

from servers import Server


def measure(kind: type[Server], viewers: int, size: int, rate: float, seconds: float) -> dict[str, float]:
    with kind(size, rate) as server:
        report = server.load(
            *("--viewers", viewers, "--size", size, "--fps", rate if kind.publishes else 0, "--seconds", seconds)
        )
    healthy = report["healthy"]
    return {
        "cpu": report["cpu_microseconds_per_frame"],
        "rate": healthy["delivered_per_second"],
        "p50": healthy["age_milliseconds"]["p50"],
        "p99": healthy["age_milliseconds"]["p99"],
    }


def compare(usage: str, arguments: list[str], servers: dict[str, type[Server]]) -> None:
    """The first server is ours; the arguments are those of the program."""
    if len(arguments) < 4:
        sys.exit(usage)
    viewers, size, rate = int(arguments[1]), int(arguments[2]), float(arguments[3])
    seconds = float(arguments[4]) if len(arguments) > 4 else 5
    rounds = int(arguments[5]) if len(arguments) > 5 else 5

    turns: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, kind in servers.items():
            figures = measure(kind, viewers, size, rate, seconds)
            turns[name].append(figures)
            print(f"  {name:6}" + "".join(f"{key} {value:10.2f}  " for key, value in figures.items()), flush=True)

    print(f"{'':8}{'CPU µs/frame':>14}{'frames/s':>12}{'age p50 ms':>12}{'age p99 ms':>12}   (medians of {rounds})")
    for name, rows in turns.items():
        cpu, delivered, p50, p99 = (statistics.median(row[key] for row in rows) for key in ("cpu", "rate", "p50", "p99"))
        print(f"{name:8}{cpu:14.2f}{delivered:12.0f}{p50:12.2f}{p99:12.2f}")
    for other in list(servers)[1:]:
        for key, what in (("cpu", "CPU per delivered frame"), ("rate", "frames delivered"), ("p99", "age p99")):
            ratios = sorted(mine[key] / theirs[key] for mine, theirs in zip(turns["ours"], turns[other]))
            middle = statistics.median(ratios)
            print(f"ours / {other}, turn by turn, {what}: {middle:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")

