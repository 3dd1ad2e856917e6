"""Tests of the receptive field against gradients: which inputs have one that is not 0."""

import itertools

import pytest

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.receptive_field import receptive_field, steps_read
from rnnviz.core.shapes.slices import Pick, index

from .gradients import different, felt, graded

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")


def picks(call):
    for step, direction in itertools.product(range(call.time), (None, 0, 1)):
        if direction is None or call.config.bidirectional:
            yield Pick("output", step, None, direction)
    if call.stepwise:
        yield from (Pick(name) for name in ("h", "c")[: 1 + (call.config.cell == "lstm")])
        return
    names = ("h_n", "c_n")[: 1 + (call.config.cell == "lstm")]
    places = range(call.config.num_layers * call.config.num_directions)
    yield from (Pick(name, place=place) for name in names for place in places)


def test_the_field_is_where_the_gradient_is_for_every_setting_and_slice():
    counted = 0
    for call in different():
        x, tensors = graded(call)
        for cut in picks(call):
            part = tensors[cut.tensor][tuple(index(call, cut))]
            lengths = call.lengths or (call.time,) * call.batch
            expected = [set(receptive_field(call, cut, length)) for length in lengths]
            assert felt(call, x, part) == expected, (call, cut)
            counted += 1
    assert counted > 3000


@pytest.mark.parametrize(
    ("layers", "both", "fields"),
    [
        (1, False, [range(1), range(6), None, None]),
        (2, False, [range(1), range(6), None, None]),
        (1, True, [range(1), range(6), range(6), range(5, 6)]),
        (2, True, [range(6)] * 4),
    ],
)
def test_the_reverse_half_of_the_last_step_has_read_one_step_in_one_layer_only(
    layers, both, fields
):
    config = ModelConfig("lstm", 5, 4, layers, bidirectional=both)
    places = [(0, 0), (5, 0), (0, 1), (5, 1)]
    for (step, direction), field in zip(places, fields, strict=True):
        if field is not None:
            assert steps_read(config, 6, step, direction) == field


def test_a_part_of_all_steps_or_of_the_input_has_no_field():
    call = Call(ModelConfig("gru", 5, 4), 3, 6)
    for cut in (Pick("output"), Pick("h_n"), Pick("x", 0)):
        with pytest.raises(ValueError, match="cut must be one step of output or one place"):
            receptive_field(call, cut)
