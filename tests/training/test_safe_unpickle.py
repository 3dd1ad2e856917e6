"""Tests of weight files that claim huge sizes or contain code."""

import io
import pickle
import time
import tracemalloc
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training.safe_unpickle import PickleError, tensors
from rnnviz.training.uploads import pickle_values

MOST = 1_000_000
ASKED = 400_000_000


def archive(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("archive/data.pkl", content)
        packed.writestr("archive/version", "3\n")
    return file.getvalue()


def called(module, name, number=ASKED):
    """A pickle of {"a": module.name(number)}."""
    call = f"c{module}\n{name}\n".encode() + b"J" + number.to_bytes(4, "little") + b"\x85R"
    return b"\x80\x02}X\x01\x00\x00\x00a" + call + b"s."


def old(value):
    file = io.BytesIO()
    torch.save(value, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


@pytest.mark.parametrize("packed", [archive, bytes], ids=["zip", "bare"])
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "bytearray"),
        ("__builtin__", "bytearray"),
        ("torch", "Tensor"),
        ("torch", "FloatTensor"),
        ("torch._utils", "_rebuild_wrapper_subclass"),
        ("os", "system"),
    ],
)
def test_a_small_file_that_asks_for_much_gets_nothing(module, name, packed):
    tracemalloc.start()
    try:
        with pytest.raises(PickleError, match="more than weights, which is not run here"):
            tensors(packed(called(module, name)), MOST)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST


def test_names_that_stand_on_the_stack_are_read_too():
    content = pickle.dumps({"a": bytearray}, protocol=4)
    assert b"\nbytearray" not in content
    with pytest.raises(PickleError, match="more than weights"):
        tensors(archive(content), MOST)


def test_the_old_format_may_not_claim_more_than_may_be_there():
    content = old({"a": torch.ones(1)})
    assert tensors(content, MOST) == {"a": torch.ones(1)}
    claims = content.replace(b"K\x01", b"J\xff\xff\xff\x0f")
    with pytest.raises(PickleError, match="claims to hold 268,435,455 of something"):
        tensors(claims, MOST)


def test_what_a_checkpoint_usually_holds_is_read():
    from collections import Counter, OrderedDict

    kept = OrderedDict(epoch=3, lr=1e-3, milestones=Counter([30, 80]), dtype=torch.float16)
    kept["state_dict"] = {"w": torch.nn.Parameter(torch.ones(2)), "h": torch.ones(2).half()}
    file = io.BytesIO()
    torch.save(kept, file)
    for content in (file.getvalue(), old(kept)):
        found = tensors(content, MOST)
        assert torch.equal(found["state_dict"]["w"], torch.ones(2))
        assert found["milestones"] == kept["milestones"]


def test_a_name_in_a_whole_file_is_not_looked_up():
    gone = b"cgone.away\nGone\n"  # {"a": Gone(), "b": [Gone]} of a module that is not here
    content = b"\x80\x02}(X\x01\0\0\0a" + gone + b")\x81X\x01\0\0\0b]" + gone + b"au."
    found = tensors(archive(content), MOST)
    assert [found["a"].name, found["b"][0].name] == ["gone.away Gone"] * 2


def test_a_pickle_that_doubles_itself_costs_no_time():
    # (((…, …), …), …) as a key: its hash would be computed 2^200 times
    doubled = b"\x80\x02}" + b")" + b"2\x86" * 200 + b"Ns."
    start = time.perf_counter()
    assert len(tensors(archive(doubled), MOST)) == 1
    assert time.perf_counter() - start < 5


def test_a_pickle_of_too_many_steps_is_refused(monkeypatch):
    monkeypatch.setattr(pickle_values, "MOST_STEPS", 1000)
    with pytest.raises(PickleError, match="more than 1,000 values beside its tensors"):
        tensors(archive(pickle.dumps(list(range(2000)))), MOST)


def test_a_tensor_reaches_nothing_beyond_its_storage():
    file = io.BytesIO()
    torch.save({"a": torch.arange(8.0)}, file)
    with zipfile.ZipFile(file) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    name = next(name for name in files if name.endswith("data.pkl"))
    assert b"K\x08\x85" in files[name]
    files[name] = files[name].replace(b"K\x08\x85", b"K\x7f\x85")  # its size, (8,)
    longer = io.BytesIO()
    with zipfile.ZipFile(longer, "w") as packed:
        for each, value in files.items():
            packed.writestr(each, value)
    with pytest.raises(PickleError, match=r"the \.pt file is damaged"):
        tensors(longer.getvalue(), MOST)


@settings(max_examples=60)
@given(st.binary(max_size=200), st.booleans())
def test_any_pickle_is_refused_in_a_sentence_or_holds_plain_things(noise, packed):
    content = b"\x80\x02" + noise
    try:
        tensors(archive(content) if packed else content, MOST)
    except PickleError:
        return  # any other error is a failure
