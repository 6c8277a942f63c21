"""What hostile clients send, one row each, and what the broker must answer."""
