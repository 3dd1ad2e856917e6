"""Error of a backend that cannot run trainings."""


class BackendError(RuntimeError):
    """Trainings cannot run where they should; one sentence without its full stop."""
