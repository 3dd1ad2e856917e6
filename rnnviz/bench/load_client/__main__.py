"""Use a running rnnviz server as many users at once, and print the measurements as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from rnnviz.bench.load_client.people import scout, visit


def main() -> None:
    """Let people come; with --people 0 one who looks at every page."""
    parser = argparse.ArgumentParser(prog="python -m rnnviz.bench.load_client", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--drawing", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.people == 0:
        seen = asyncio.run(scout(given.address))
    else:
        seen = asyncio.run(
            visit(given.address, given.people, given.drawing, given.seconds, given.seed, _ready)
        )
    _say(seen)


def _ready() -> None:
    """Say that all are there, and wait for a word to leave."""
    _say("ready")
    sys.stdin.readline()


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
