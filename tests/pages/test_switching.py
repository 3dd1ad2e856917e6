"""Tests that a page computes nothing again when the user returns to it."""

from collections import Counter
from pathlib import Path

import torch
from torch.nn.modules.module import register_module_forward_hook

from rnnviz.ui.server import run_manager

PAGES = [path.stem for path in sorted((Path(__file__).parents[2] / "pages").glob("*.py"))]


def test_who_comes_back_to_a_page_lets_no_network_read_again(open_app):
    read, seen = Counter(), {}
    hook = register_module_forward_hook(lambda module, *_: read.update([type(module).__name__]))
    try:
        at = open_app()
        for _ in range(2):
            for page in PAGES:
                at.switch_page(f"../../pages/{page}.py")
                read.clear()
                at.run()
                assert not at.exception
                seen[page] = sum(read.values())
        assert len(seen) == len(PAGES) > 8
        assert set(seen.values()) == {0}, seen
        torch.nn.Linear(1, 1)(torch.zeros(1, 1))
        assert read["Linear"] == 1, "the hook counts"
    finally:
        hook.remove()
        run_manager.shut_down()
