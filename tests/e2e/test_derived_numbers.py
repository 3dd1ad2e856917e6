"""Numbers that the browser derives from states and weights, beside those that torch computed."""

import base64

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.core.inspect.trace import run_trace
from rnnviz.core.shapes.table import GATES
from rnnviz.training.recording import config_of
from rnnviz.ui.components.component_sources import bundle
from rnnviz.ui.components.packing import pack
from rnnviz.ui.html_views.reading import Words
from rnnviz.ui.html_views.traced_reading import traced_reading

NETWORKS = {
    "RNN": nn.RNN(3, 5),
    "RNN, relu, no bias": nn.RNN(3, 5, nonlinearity="relu", bias=False),
    "GRU": nn.GRU(3, 5),
    "GRU, no bias": nn.GRU(3, 5, bias=False),
    "LSTM": nn.LSTM(3, 5),
    "LSTM, projected, no bias": nn.LSTM(3, 5, proj_size=2, bias=False),
    "LSTM in float64": nn.LSTM(3, 5, dtype=torch.float64),
    "GRU, two layers, two directions": nn.GRU(3, 5, num_layers=2, bidirectional=True),
    "LSTM, two layers, two directions": nn.LSTM(
        3, 5, num_layers=2, bidirectional=True, proj_size=4
    ),
}
DERIVE = """packed => {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const message = unpack(bytes);
  derive(message);
  const arrays = Object.entries(message.arrays);
  return Object.fromEntries(arrays.map(([name, array]) => [name, [array.shape, [...array]]]));
}"""


def reading(rnn, place, given):
    """A reading with its weights, from zeros or from a state."""
    config, dtype = config_of(rnn), next(rnn.parameters()).dtype
    torch.manual_seed(2)
    x, D = torch.randn(7, 3, dtype=dtype), config.num_directions
    state = None
    if given:
        h = torch.randn(config.num_layers * D, config.output_size, dtype=dtype)
        c = torch.randn(config.num_layers * D, 5, dtype=dtype)
        state = (h, c) if config.cell == "lstm" else h
    words = Words(
        *(config.cell, GATES[config.cell], config.nonlinearity, "step", "it", "", place[1] == 1),
        *("3 features", "feature"),
    )
    with torch.no_grad():
        trace = run_trace(rnn, x, state)
        orders = {"index": [*range(5)]}
        return traced_reading(rnn, x[:, None], trace, place, id="", words=words, orders=orders)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("given", [False, True], ids=["from zeros", "from a state"])
@pytest.mark.parametrize("name", NETWORKS)
def test_derived_numbers_are_those_that_torch_computed(chromium, name, given):
    rnn = NETWORKS[name]
    config = config_of(rnn)
    page = chromium.new_page()
    page.add_script_tag(content=bundle("ui/components/packing.js"))
    page.add_script_tag(content=bundle("ui/components/watch/derive.js"))
    for layer in range(config.num_layers):
        for direction in range(config.num_directions):
            whole = reading(rnn, (layer, direction), given)
            packed = pack(whole.header(), whole.states())
            found = page.evaluate(DERIVE, base64.b64encode(packed).decode())
            expected = whole.arrays()
            assert set(expected) <= set(found)
            assert len(whole.states()) < len(expected)
            for array, value in expected.items():
                shape, numbers = found[array]
                assert tuple(shape) == value.shape, array
                numbers = np.array(numbers).reshape(shape)
                np.testing.assert_allclose(numbers, value, rtol=2e-5, atol=2e-6, err_msg=array)
    page.close()
