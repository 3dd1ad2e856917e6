import errno
import json
import secrets
from dataclasses import replace

import pytest

from rnnviz.training.store.group_record import Group, groups, load_group, path_of, save_group
from rnnviz.training.store.run_record import StoreError, UnknownRunError
from tests.disk_faults import no_renaming_to


def new_id():
    return secrets.token_urlsafe(16)


@pytest.fixture
def group():
    return Group(
        new_id(), "search", (new_id(), new_id()), {"trials": 7, "plan": {"lr": [0.1]}}, 5.5
    )


def test_a_group_comes_back_as_it_was_saved_and_the_newer_one_is_first(store, group):
    later = replace(group, id=new_id(), kind="race", created=6.0)
    save_group(store, group)
    save_group(store, later)
    assert load_group(store, group.id) == group
    assert groups(store) == ((later, group), ())
    save_group(store, more := replace(group, runs=(*group.runs, new_id())))
    assert load_group(store, group.id) == more


def test_a_group_is_no_run_and_an_empty_store_has_none(store, group):
    assert groups(store) == ((), ())
    save_group(store, group)
    assert store.runs() == ((), ())
    assert store.usage().runs == 0


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 22 + "y", "A" * 22])
def test_an_id_of_someones_imagination_is_told(store, group, name):
    save_group(store, group)
    with pytest.raises(UnknownRunError, match="there is no run"):
        load_group(store, name)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"search"', '"walk"'),
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: json.dumps(json.loads(text) | {"runs": ["../x"]}),
        lambda text: json.dumps(json.loads(text) | {"id": "A" * 22}),
        lambda text: json.dumps(json.loads(text) | {"settings": 3}),
    ],
)
def test_a_damaged_group_is_one_sentence_and_the_others_are_unharmed(store, group, damage):
    other = replace(group, id=new_id())
    save_group(store, group)
    save_group(store, other)
    path = path_of(store, group.id)
    path.write_text(damage(path.read_text()))
    with pytest.raises(StoreError, match="is damaged and cannot be read") as error:
        load_group(store, group.id)
    assert "\n" not in str(error.value)
    found, faults = groups(store)
    assert found == (other,)
    assert [fault.run_id for fault in faults] == [group.id]


def test_a_store_that_cannot_be_written_leaves_what_was_there(store, group):
    save_group(store, group)
    path = path_of(store, group.id)
    failed = pytest.raises(StoreError, match=r"could not be saved: Input/output error$")
    with failed, no_renaming_to(path.name, number=errno.EIO):
        save_group(store, replace(group, runs=()))
    assert load_group(store, group.id) == group
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": "short"}, "id must be 22"),
        ({"kind": "walk"}, "kind must be one of race, search, delay, sine, .*, got 'walk'"),
        ({"runs": ("a",)}, "runs must be ids"),
        ({"settings": [1]}, "settings must be named values"),
        ({"created": "now"}, "created must be unix seconds"),
    ],
)
def test_a_group_of_odd_values_is_refused_by_name(group, changed, message):
    with pytest.raises(ValueError, match=message):
        replace(group, **changed)
