"""What the end-to-end tests share: processes that always end, pictures, a bare WebSocket, and waiting with deadlines."""
