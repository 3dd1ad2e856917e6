"""Keys of the session state that the Runs page alone has, and their values in the link."""

from __future__ import annotations

COMPARE, LIVE_COMPARE = "compare", "live_compare"  # runs over one another, the fragment around them
PAIR, KIND, DIFFERING = "pair", "kind", "differing"  # whose answers differ, how, on which digits
GROUPED = "grouped"  # what the list of runs holds
RACE_CELLS = "race_cells"  # cells of the race that the form plans
LIVE_RACE = "live_race"  # the fragment of the race view
LIVE_SEARCH = "live_search"  # the fragment of the search view
SEARCH_TRIAL, SEARCH_RUN = "search_trial", "search_run"  # which of them to open
