"""Small real runs in a store, trained as a worker trains them."""

from functools import cache
from multiprocessing import Pipe
from threading import Thread

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.store.run_record import Record
from rnnviz.training.tasks.digits import RunConfig

digits = cache(lambda train: mnist.load(train=train))


def config(cell="lstm", hidden_size=8, chunk=28, count=300, **training):
    """Return a run of a second: three epochs of a few steps each."""
    return RunConfig(
        ModelConfig(cell, input_size=chunk, hidden_size=hidden_size),
        TrainConfig(**{"epochs": 3, "batch_size": 50, "lr": 0.03} | training),
        digits=count,
        time_step="rows" if chunk == 28 else "pixels",
        chunk=chunk,
    )


def keep_run(store, run_id, config, name=None):
    """Train a run to its end and keep it."""
    here, there = Pipe()
    reports = []

    def listen():
        try:
            while True:
                reports.append(here.recv())
        except EOFError:
            pass

    listener = Thread(target=listen)
    listener.start()
    Crew(there, (Start(run_id, config, True, NO_END, str(store.folder(run_id))),)).run(digits)
    there.close()
    listener.join()
    here.close()
    record = Record.of(reports[-1].snapshot, config, name=name)
    assert record.state == "done", record.error
    return store.save(record)
