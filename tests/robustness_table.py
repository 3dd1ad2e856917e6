"""`python -m tests.robustness_table` runs the robustness tests and prints the README's table."""

import contextlib
import sys

import pytest

FAULTS = {
    "workers and servers stopped and killed, also while they save": [
        "tests/training/jobs/test_backends.py",
        "tests/training/jobs/test_resume_jobs.py",
        "tests/training/store/test_run_store_shared.py",
        "tests/load/test_server_stop.py",
    ],
    "files cut short, changed and missing, disks full and read-only, clocks set back": [
        "tests/training/store/test_run_store_damage.py",
        "tests/training/jobs/test_resume_file.py",
        "tests/training/store/test_clock.py",
        "tests/data/test_atomic_write.py",
        "tests/data/test_mnist.py",
    ],
    "connections dropped while drawing, starting, training and switching": [
        "tests/load/test_dropped_connections.py"
    ],
    "a GPU that is full or gone, a CPU in its place": ["tests/training/jobs/test_gpu_lost.py"],
}
INPUTS = {
    "links": ["tests/pages/test_invalid_links.py"],
    "messages of components, the pad's to a real server too": [
        "tests/chapters/test_untrusted_messages.py",
        "tests/load/test_invalid_messages.py",
    ],
    "weights, recordings, configs and other files": [
        "tests/training/tasks/test_invalid_configs.py",
        "tests/training/test_uploaded_weights.py",
        "tests/training/uploads/test_student_networks.py",
        "tests/training/uploads/test_weight_mapping.py",
        "tests/training/test_safe_unpickle.py",
        "tests/training/test_recording.py",
        "tests/data/test_image_file.py",
    ],
    "command lines, pasted code, texts in every box, pictures": [
        "tests/pages/test_strange_text.py",
        "tests/chapters/characters/ui/test_strange_tables.py",
        "tests/test_bad_input.py",
        "tests/core/shapes/test_constructor_parser.py",
        "tests/data/test_strokes.py",
    ],
}


class Count:
    """Counts by file the tests that passed, and the inputs that they asked hypothesis for."""

    def __init__(self):
        self.passed, self.inputs, self.failed = {}, {}, []
        self._examples = {}

    def pytest_collection_modifyitems(self, items):
        for item in items:
            set_ = getattr(item.obj, "_hypothesis_internal_use_settings", None)
            given = hasattr(item.obj, "hypothesis")
            self._examples[item.nodeid] = set_.max_examples if given and set_ else 1

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.append(report.nodeid)
        if report.when == "call" and report.passed:
            file = report.nodeid.partition("::")[0]
            self.passed[file] = self.passed.get(file, 0) + 1
            self.inputs[file] = self.inputs.get(file, 0) + self._examples[report.nodeid]


def table(count):
    """Return the rows."""
    lines = ["| what | how many |", "| --- | --- |"]
    for name, files in FAULTS.items():
        lines.append(f"| {name} | {sum(count.passed.get(f, 0) for f in files):,} tests |")
    for name, files in INPUTS.items():
        lines.append(f"| {name} | {sum(count.inputs.get(f, 0) for f in files):,} inputs |")
    return "\n".join(lines)


def main():
    count = Count()
    files = [file for files in (*FAULTS.values(), *INPUTS.values()) for file in files]
    with contextlib.redirect_stdout(sys.stderr):
        pytest.main(["-q", "--no-header", *files], plugins=[count])
    if count.failed:
        sys.exit("failed: " + ", ".join(count.failed))
    sys.stdout.write(table(count) + "\n")


if __name__ == "__main__":
    main()
