"""`python -m rnnviz`."""

from __future__ import annotations

import sys

from rnnviz.cli import main

sys.exit(main())
