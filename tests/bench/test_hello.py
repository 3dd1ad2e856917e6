"""The command that counts how often "ohlol" is said."""

import json

from rnnviz import cli
from rnnviz.training import saying


def test_a_glance_is_printed_and_leaves_what_came_with_rnnviz_as_it_was(capsys):
    before = saying.FILE.read_bytes()
    assert cli.main(["bench", "hello", "--repeats", "2", "--json"]) == 0
    told = capsys.readouterr()
    found = saying.of(json.loads(told.out))
    assert found.first["embedding"] == saying.measured().first["embedding"][:2]
    assert "of 2 seeds say ohlol within 15 epochs" in told.err
    assert saying.FILE.read_bytes() == before
