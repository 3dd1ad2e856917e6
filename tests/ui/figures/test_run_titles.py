from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from rnnviz.core.config import ModelConfig
from rnnviz.training.jobs.protocol import HeldOut
from rnnviz.training.store.run_record import Record
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures.progress_text import run_title
from rnnviz.ui.figures.reading_text import manner
from tests.configs import run_config

NOW = datetime(2026, 3, 1, 15, 0, tzinfo=timezone(timedelta(hours=2)))


def record(share=0.9812, created=NOW, **others):
    shares = [np.array(values, np.float32) for values in ([938], [share], [10_000])]
    return Record(
        **{
            "id": "a" * 22,
            "config": RunConfig(ModelConfig(hidden_size=64)),
            "created": created.timestamp(),
            "state": "done",
            "step": 938,
            "held_out": HeldOut(*shares),
        }
        | others
    )


@pytest.mark.parametrize(
    ("kept", "title"),
    [
        (record(), "LSTM 64, 98.1 %, today 15:00"),
        (record(created=NOW - timedelta(hours=15)), "LSTM 64, 98.1 %, today 00:00"),
        (record(created=NOW - timedelta(hours=16)), "LSTM 64, 98.1 %, yesterday 23:00"),
        (record(created=NOW - timedelta(days=2)), "LSTM 64, 98.1 %, 27 Feb 15:00"),
        (record(created=NOW - timedelta(days=200)), "LSTM 64, 98.1 %, 13 Aug 2025"),
        (record(name="my best"), "my best"),
        (record(held_out=HeldOut(), step=12), "LSTM 64, step 12, today 15:00"),
        (
            record(config=run_config(cell="gru", hidden_size=7, num_layers=2, bidirectional=True)),
            "BiGRU 7, 2 layers, 98.1 %, today 15:00",
        ),
        (
            record(config=run_config(cell="rnn", chunk=56)),
            "RNN 128, 56 pixels a step, 98.1 %, today 15:00",
        ),
        (
            record(config=run_config(chunk=1)),
            "LSTM 128, a pixel a step, 98.1 %, today 15:00",
        ),
        (
            record(config=run_config(time_step="columns")),
            "LSTM 128, by columns, 98.1 %, today 15:00",
        ),
    ],
)
def test_a_run_is_called_by_its_name_or_by_what_it_is_and_when_it_began(kept, title):
    assert run_title(kept, NOW) == title


def test_a_run_that_is_not_kept_has_no_birth():
    assert run_title(replace(record(), created=0.0), NOW) == "LSTM 64, 98.1 %"


def test_how_a_network_reads_is_said_of_every_time_step():
    assert manner("rows", 28) == "from top to bottom, one row of 28 pixels at a time"
    assert manner("columns", 28) == "from left to right, one column of 28 pixels at a time"
    assert manner("permuted", 28).startswith("one row of 28 pixels at a time, in an order")
    assert manner("pixels", 56) == "in the order of a page, 56 pixels at a time"
    assert manner("pixels", 1) == "in the order of a page, 1 pixel at a time"
