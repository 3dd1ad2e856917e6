"""Tests that every generated program runs and prints the shapes that it names."""

import contextlib
import io
import random
import re

import pytest
import torch

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.code import beside, constructor, falling, program
from rnnviz.core.shapes.errors import refused, warned
from rnnviz.core.shapes.recipes import Want, answer
from rnnviz.core.shapes.run import run
from rnnviz.core.shapes.sequence_mappings import Mapping, mapped
from rnnviz.core.shapes.silent_errors import silent

from .calls import matrix

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

MATRIX = random.Random(0).sample(found := tuple(matrix()), len(found))  # each part has all kinds
PARTS = 8


def execute(code):
    """Run a program; return its names and what it printed."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "shown", "exec"), names)
    return names, printed.getvalue().splitlines()


def claims(code):
    """Return the shapes that the comments behind `print` claim, in order."""
    return re.findall(r"^print\(tuple\(.*?\.shape\)\)  # (\([^)]*\))", code, re.MULTILINE)


def with_chance_kept(run_):
    before = torch.get_rng_state()
    found = run_()
    assert torch.equal(torch.get_rng_state(), before)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_the_program_of_every_setting_gives_the_shapes_of_the_table(part):
    for call in MATRIX[part::PARTS]:
        code = program(call, beside(call) if call.stepwise else ())
        names, printed = execute(code)
        if call.stepwise:
            assert printed.pop(0) == "True"  # the loop is what the whole module does
        assert printed == claims(code)
        assert len(printed) >= 2
        for row in shapes_table.tensors(call):
            if row.name == "packed.data":
                assert tuple(names["packed"].data.shape) == row.shape
            else:
                assert tuple(names[row.name].shape) == row.shape, (row, code)
        real = {name: tuple(value.shape) for name, value in names["rnn"].named_parameters()}
        for name in ("embedding", "linear"):
            if name in names:
                own = names[name].named_parameters()
                real |= {f"{name}.{key}": tuple(value.shape) for key, value in own}
        assert real == {row.name: row.shape for row in shapes_table.weights(call)}


@pytest.mark.parametrize("want", Want.__args__)
def test_the_code_of_every_answer_gives_the_shape_that_it_claims(want):
    for call in MATRIX:
        if call.source != "vectors" and call.config.bias:
            continue  # of the sources one half is enough
        found = with_chance_kept(lambda call=call: answer(run(call), want))
        names, printed = execute(found.code)
        assert printed == claims(found.code), found.code
        assert str(tuple(names[found.name].shape)) == printed[-1]
        assert found.code.rstrip().endswith(found.letters)
        if want != "carry":
            assert found.proof.holds, found.code
            assert tuple(found.term.value.shape) == tuple(names[found.name].shape)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_torch_refuses_is_refused_in_the_very_words_and_the_mending_runs(part):
    for call in MATRIX[part::PARTS]:
        if call.state_given:
            continue
        kinds = set()
        for mistake in with_chance_kept(lambda call=call: refused(run(call))):
            assert mistake.said, (mistake.name, call)
            with pytest.raises((RuntimeError, ValueError)) as error:
                execute(mistake.wrong)
            assert str(error.value) == mistake.said
            execute(mistake.mended)
            assert mistake.line in mistake.wrong
            assert mistake.mended_line in mistake.mended
            kinds.add(mistake.name)
        assert {"layers", "width"} <= kinds
        assert ("projection" in kinds) == (call.module == "LSTM")
        assert ("order" in kinds) == bool(call.lengths)


def test_what_torch_only_warns_of_warns_in_the_very_words_and_the_mending_does_not():
    for cell in ("rnn", "gru", "lstm"):
        (mistake,) = warned(Call(ModelConfig(cell, 5, 4), 3, 6))
        with pytest.warns(UserWarning, match="dropout option adds dropout after all but") as seen:
            execute(mistake.wrong)
        assert [str(one.message) for one in seen] == [mistake.said]
        execute(mistake.mended)
    assert warned(Call(ModelConfig(cell, 5, 4), stepwise=True)) == ()


@pytest.mark.parametrize("part", range(PARTS))
def test_what_runs_silently_wrong_runs_and_gives_something_else(part):
    seen = set()
    for call in MATRIX[part::PARTS]:
        if call.state_given:
            continue
        for mistake in with_chance_kept(lambda call=call: silent(run(call))):
            for code in (mistake.wrong, mistake.mended):
                execute(code)
            assert mistake.difference > 1e-4 or mistake.shapes[0] != mistake.shapes[1], mistake
            seen.add(mistake.name)
    assert seen >= {"swapped", "unbatched", "viewed"}


@pytest.mark.parametrize(("batch", "time"), [(1, 6), (3, 1), (1, 1), (4, 4)])
@pytest.mark.parametrize("first", [True, False])
def test_of_one_sequence_or_one_step_every_program_still_runs(batch, time, first):
    for two in (False, True):
        call = Call(ModelConfig("lstm", 5, 4, bidirectional=two), batch, time, first)
        found = run(call)
        for want in Want.__args__:
            assert execute(answer(found, want).code)[1]
        for mistake in silent(found):
            execute(mistake.wrong)
            execute(mistake.mended)
        for mistake in refused(found):
            with pytest.raises((RuntimeError, ValueError)):
                execute(mistake.wrong)


def test_swapped_axes_show_in_what_another_sequence_changes():
    for first in (True, False):
        found = {one.name: one for one in silent(run(Call(ModelConfig("gru", 5, 4), 3, 6, first)))}
        wrong, right = (
            float(execute(code)[1][0]) for code in (found["swapped"].wrong, found["swapped"].mended)
        )
        assert right == 0.0
        assert wrong > 1e-3
        assert found["swapped"].shapes == ((1, 6, 4), (1, 3, 4))


@pytest.mark.parametrize("mapping", Mapping.__args__)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_each_way_of_mapping_takes_five_lines_that_give_its_shapes(cell, mapping):
    call = Call(ModelConfig(cell, 5, 4, 2, bidirectional=True), 3, 6, batch_first=False)
    found = mapped(call, mapping)
    assert len(found.lines) == 5
    names, printed = execute(found.code)
    assert printed == [str(found.made.shape)]
    state = names["state"] if "state" in names else names["h_n"]
    h = state[0] if isinstance(state, tuple) else state
    assert tuple(h.shape) == found.carried.shape
    if mapping == "one_to_many":
        assert names["ys"][0].shape == found.given.shape
    else:
        assert tuple(names["x"].shape) == found.given.shape


def test_many_lengths_are_written_as_they_fall_and_others_one_by_one():
    for batch, time in ((1, 5), (9, 1), (20, 7), (64, 50)):
        call = Call(ModelConfig("gru", 2, 3), batch, time, lengths=falling(batch, time))
        names, _ = execute(program(call))
        assert tuple(names["lengths"].tolist()) == call.lengths
        assert max(call.lengths) == time
        assert min(call.lengths) >= 1
    own = Call(ModelConfig("gru", 2, 3), 10, 4, lengths=(4, *[1] * 9))
    assert "torch.tensor([4, 1, 1, 1, 1, 1, 1, 1, 1, 1])" in program(own)


def test_a_program_reads_as_a_person_would_write_it():
    call = Call(ModelConfig("lstm", 12, 64, 2), 128, 28)
    assert constructor(call) == "nn.LSTM(12, 64, 2, batch_first=True)"
    assert program(call) == (
        "import torch\nfrom torch import nn\n\n"
        "x = torch.randn(128, 28, 12)  # (B, T, I)\n"
        "rnn = nn.LSTM(12, 64, 2, batch_first=True)\n\n"
        "output, (h_n, c_n) = rnn(x)\n\n"
        "print(tuple(output.shape))  # (128, 28, 64) (B, T, D·P)\n"
        "print(tuple(h_n.shape))  # (2, 128, 64) (num_layers·D, B, P)\n"
        "print(tuple(c_n.shape))  # (2, 128, 64) (num_layers·D, B, H)\n"
    )


def test_a_state_of_one_layer_gets_its_first_axis_by_unsqueeze():
    call = Call(ModelConfig("rnn", 4, 8), 2, 3, state_given=True)
    code = program(call)
    assert "h_prev = torch.zeros(2, 8)  # (B, P)\nh_0 = h_prev.unsqueeze(0)" in code
    assert execute(code)[1] == ["(2, 3, 8)", "(1, 2, 8)"]
