"""Cameras that misbehave: what a line and a camera can do wrong, and what is expected of a publisher then."""
