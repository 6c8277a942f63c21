"""Shared by the end-to-end tests: processes that always end, pictures, a bare WebSocket, waiting with deadlines."""
