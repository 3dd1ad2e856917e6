import threading

import pytest

from rnnviz.ui.server.bounded_cache import BoundedCache


def kept(cache, keys):
    return [key for key in keys if cache.find(key) is not None]


def test_the_least_recently_used_value_is_evicted():
    cache = BoundedCache(3)
    values = [cache.get(key, object) for key in "abc"]
    assert [cache.get(key, object) for key in "abc"] == values
    cache.get("a", object)
    cache.find("b")  # no use
    cache.get("d", object)
    assert kept(cache, "abcd") == ["a", "c", "d"]
    assert cache.get("b", object) is not values[1]


def test_values_above_the_size_are_evicted_and_the_newest_stay():
    cache = BoundedCache(9, len, 5, least=2)
    held = []
    for key, value in ("a", [1] * 3), ("b", held), ("c", [1] * 2):
        cache.get(key, lambda value=value: value)
    assert kept(cache, "abc") == ["a", "b", "c"]
    held.append(1)  # it grows after it was made
    cache.get("c", list)
    assert kept(cache, "abc") == ["b", "c"]
    cache.get("d", lambda: [1] * 9)
    assert kept(cache, "bcd") == ["c", "d"]


def test_two_threads_that_ask_at_once_get_one_value_and_other_keys_do_not_wait():
    cache, made, may_end = BoundedCache(3), [], threading.Event()

    def make():
        made.append(1)
        assert may_end.wait(10)
        return object()

    found = []
    threads = [
        threading.Thread(target=lambda: found.append(cache.get("slow", make))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    assert cache.get("quick", lambda: 3) == 3
    assert cache.find("slow") is None
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert made == [1]
    assert found[0] is found[1]


def test_an_error_is_raised_and_the_value_made_the_next_time():
    cache = BoundedCache(3)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 / 0)
    assert cache.find("a") is None
    assert cache.get("a", lambda: 1) == 1
