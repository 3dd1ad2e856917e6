"""Server process: preload, HTTP endpoints, latency metrics, memory."""
