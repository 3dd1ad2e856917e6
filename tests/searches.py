"""Helpers for tests of searches: wait for one, and read its results."""

import time


def wait(searches, search_id, is_so=lambda s: not s.going, timeout_s=180.0):
    end = time.monotonic() + timeout_s
    while not is_so(snapshot := searches.snapshot(search_id)):
        assert time.monotonic() < end, f"still {snapshot}"
        time.sleep(0.005)
    return snapshot


def outcome(snapshot):
    return [(t.number, dict(t.values), t.state, t.held_out, t.train) for t in snapshot.trials]
