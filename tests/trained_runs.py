"""Small real runs in a store, trained as a worker trains them."""

from functools import cache
from multiprocessing import Pipe
from threading import Thread

from rnnviz.data import mnist
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.jobs.round_robin import Crew
from rnnviz.training.store.run_record import Record
from tests.configs import run_config

digits = cache(lambda train: mnist.load(train=train))


def config(cell="lstm", *, count=300, **given):
    """Return a run of a second: three epochs of a few steps each."""
    quick = {"hidden_size": 8, "epochs": 3, "batch_size": 50, "lr": 0.03, "digits": count}
    return run_config(cell=cell, **quick | given)


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
