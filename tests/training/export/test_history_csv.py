import csv
import io

import numpy as np

from rnnviz.training.export.history_csv import history_csv
from tests.curves import snapshot


def test_the_history_is_one_table_by_step_with_every_number_exact():
    assert list(csv.reader(io.StringIO(history_csv(snapshot())))) == [
        ["kind", "step", "loss", "accuracy", "grad_norm", "digits_read"],
        ["test", "20", "", "0.3", "", "500"],
        ["training", "40", "2.25", "0.1", "3.0", ""],
        ["training", "80", "1.5", "0.55", "0.1", ""],
        ["test", "80", "", "0.6123", "", "10000"],
        ["training", "120", "0.125", "0.9", "1e-05", ""],
        ["test", "120", "", "0.8", "", "10000"],
    ]


def test_read_back_the_table_gives_the_very_same_floats():
    losses = np.random.default_rng(0).random(300).astype(np.float32)
    rows = csv.DictReader(io.StringIO(history_csv(snapshot(losses, losses, losses))))
    found = [row["loss"] for row in rows if row["kind"] == "training"]
    assert np.array_equal(np.array(found, np.float32), losses)


def test_a_fold_is_called_what_it_is_in_the_table():
    rows = csv.DictReader(io.StringIO(history_csv(snapshot(), "held out")))
    assert {row["kind"] for row in rows} == {"training", "held out"}


def test_a_lost_loss_is_nan_in_the_table_and_no_history_is_a_head_alone():
    lost = history_csv(snapshot((1.0, np.nan, np.inf)))
    assert [row["loss"] for row in csv.DictReader(io.StringIO(lost)) if row["loss"]] == [
        "1.0",
        "nan",
        "inf",
    ]
    empty = history_csv(snapshot((), (), (), tests=()))
    assert empty == "kind,step,loss,accuracy,grad_norm,digits_read\n"
