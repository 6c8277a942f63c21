"""The table of faults, for people."""

from collections.abc import Iterator

from faults.scene import Fault, Outcome

ROW = "{:>3} {:<62} {:<72} {:<74} {:>9}  {}"


def lines(table: list[tuple[Fault, Outcome] | str]) -> Iterator[str]:
    yield ROW.format("", "fault", "expected", "happened", "new pict.", "result")
    for entry in table:
        if isinstance(entry, str):
            yield entry
            continue
        fault, outcome = entry
        result = "survived" if outcome.passed else "NOT AS EXPECTED: " + "; ".join(outcome.problems)[:200]
        if outcome.first_problems:
            result += " (the second time; the first time " + "; ".join(outcome.first_problems)[:200] + ")"
        yield ROW.format(
            fault.number,
            fault.name,
            fault.expected,
            "; ".join(outcome.happened or ["as expected"] if outcome.passed else outcome.happened),
            "" if outcome.seconds is None else f"{outcome.seconds:.2f} s",
            result,
        )
