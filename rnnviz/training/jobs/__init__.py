"""Training jobs: the job manager, worker processes, and the protocol between them."""
