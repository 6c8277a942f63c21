"""The table that `make hostile` prints."""

from hostile.row import Row


def lines(outcomes: list[tuple[Row, str]]) -> list[str]:
    table = [f"{'area':<10} {'input':<44} {'expected':<11} answer"]
    for row, outcome in outcomes:
        mark = "" if outcome == row.expected else "  <-- WRONG"
        table.append(f"{row.area:<10} {row.name:<44} {row.expected:<11} {outcome}{mark}")
    right = sum(outcome == row.expected for row, outcome in outcomes)
    table.append(f"{right} of {len(outcomes)} hostile inputs were answered as they should be")
    return table
