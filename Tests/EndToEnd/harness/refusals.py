"""What every refusal looks like."""


def refused(answer, status: int) -> None:
    """The status, and JSON that says what is wrong and what to do."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    reason = answer.json()
    assert reason.keys() == {"error", "hint"} and reason["error"] and reason["hint"]
