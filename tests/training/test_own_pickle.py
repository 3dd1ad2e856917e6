"""A small file of weights that asks for much, or for something to be run."""

import io
import pickle
import tracemalloc
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training.own_pickle import PickleError, tensors

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


@settings(max_examples=60)
@given(st.binary(max_size=200), st.booleans())
def test_any_pickle_is_refused_in_a_sentence_or_holds_plain_things(noise, packed):
    content = b"\x80\x02" + noise
    try:
        tensors(archive(content) if packed else content, MOST)
    except PickleError:
        return  # any other error is a failure
