"""Tests of the task registry: each task is found by name and loads alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from rnnviz.training.store.group_record import KINDS
from rnnviz.training.tasks.registry import (
    TASKS,
    config_from_dict,
    group_kinds,
    kinds,
    task,
    task_of,
    task_of_kind,
)

ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = {name: spec.split(".task:")[0] for name, (spec, _) in TASKS.items()}
ALONE = """
import sys
from rnnviz.training.tasks.registry import config_from_dict, task_of

config = config_from_dict({"task": sys.argv[1]} if sys.argv[1] != "digits" else {})
task_of(config).network(config)
print(*sorted(name for name in sys.modules if name.startswith("rnnviz.chapters.")))
"""


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_found_by_its_name_and_by_its_config(name):
    spec = task(name)
    config = spec.config()
    assert spec.name == config.task == name
    assert task_of(config) is spec
    assert config_from_dict(config.to_dict()) == config
    assert spec.title(config) or name == "digits"  # rows from the top go without saying
    assert spec.trained_on(config)
    assert spec.labels(config).unit in spec.trained_on(config) or name == "characters"


@pytest.mark.parametrize("name", TASKS)
def test_each_kind_of_group_has_a_page_and_one_task(name):
    spec = task(name)
    assert set(spec.pages) == set(kinds(name))
    for kind, link in spec.pages.items():
        assert task_of_kind(kind) is spec
        assert (ROOT / "pages" / f"{link.page}.py").is_file()


def test_kinds_of_groups_are_not_shared_and_a_race_is_of_no_task():
    assert len(set(KINDS)) == len(KINDS) == len(group_kinds()) + 2
    assert task_of_kind("race") is None


@pytest.mark.parametrize("name", TASKS)
def test_a_worker_loads_the_task_that_it_trains_and_no_other(name):
    found = subprocess.run(
        [sys.executable, "-c", ALONE, name], capture_output=True, text=True, check=True
    )
    assert all(f"{module}.".startswith(f"{CHAPTERS[name]}.") for module in found.stdout.split())


@pytest.mark.parametrize("name", TASKS)
def test_unknown_settings_are_refused(name):
    with pytest.raises(ValueError, match="unknown settings of a run: speed"):
        config_from_dict(task(name).config().to_dict() | {"speed": 3})


def test_a_task_that_is_not_there_is_refused_by_name():
    with pytest.raises(ValueError, match="task must be one of characters, delay, digits, sine"):
        config_from_dict({"task": "chess"})
