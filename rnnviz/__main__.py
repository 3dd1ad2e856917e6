"""Entry point of the command `rnnviz` and of `python -m rnnviz`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command that the process was started with; return its exit code."""
    if sys.argv[1:2] == ["app"]:  # the server answers before torch is loaded
        from rnnviz.ui.app import app_command

        return app_command.run(sys.argv[2:])
    from rnnviz import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
