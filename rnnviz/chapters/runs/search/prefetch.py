"""Prefetch of a search's next trainings, where one user may run several at once."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from rnnviz.chapters.runs.search.plan import SearchPlan
from rnnviz.chapters.runs.search.trials import Trial, chosen
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import UnknownJobError
from rnnviz.training.loop import stacked_training
from rnnviz.training.store.run_record import StoreError
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.spec import AnyConfig


class Ahead:
    """Begins the trainings of a search, the one whose turn it is and those that come next.

    Results are as if each had waited for its turn: a trial of a grid, or drawn at random, follows
    from its number alone. Of TPE's, which follow from the results before, only the folds of the
    trial under way begin together.

    Args:
        plan: Of the search.
        jobs: Who trains; it says how many one person may have at once.
        owner: Whose the trainings are.
        begun: Ids of all that were begun before.
        taken: Those of them whose turn has come.

    Attributes:
        begun: Ids of all that were ever begun, in their order.
    """

    def __init__(
        self,
        plan: SearchPlan,
        jobs: Jobs,
        owner: str,
        *,
        begun: Sequence[str],
        taken: Collection[str],
    ) -> None:
        self._plan, self._jobs, self._owner = plan, jobs, owner
        self.begun = tuple(begun)
        self._going: dict[RunConfig, str] = {}
        self._left: dict[AnyConfig, str] = {}
        for run_id in begun:
            if run_id not in taken:
                with contextlib.suppress(StoreError):  # deleted or damaged: it is begun anew
                    self._left[jobs.store.load(run_id).config] = run_id

    def take(self, configs: Sequence[RunConfig], known: str = "") -> tuple[str, ...]:
        """Begin a training whose turn it is, or take it up where it was left.

        Where trainings of one shape pay to be done as one, all that are given begin with it.

        Args:
            configs: What to train: this fold, and those of the same trial that come after it.
            known: Under which id it was begun, if it is known.

        Returns: The id of the first, and of those that began with it.
        """
        first = configs[0]
        if not known and first not in self._left and stacked_training.pays(first.device):
            return self._submit(configs)
        self._left |= {first: known} if known else {}
        return (self._going.pop(first, "") or self._begin(first),)

    def fill(self, trials: Sequence[Trial], fold: int) -> None:
        """Begin those that come next, as many as may go on beside the one under way.

        Args:
            trials: All so far, the last of them under way.
            fold: Of it that is under way.
        """
        if stacked_training.pays(self._plan.base.device):
            return
        for config in islice(self._coming(trials, fold), self._jobs.each - 1):
            if config not in self._going:
                try:
                    self._going[config] = self._begin(config)
                except RuntimeError:  # the queue is full: its turn will come
                    return

    def drop(self, configs: Sequence[RunConfig]) -> None:
        """Stop what will have no turn."""
        for config in configs:
            if run_id := self._going.pop(config, ""):
                self.cancel(run_id)

    def stop(self) -> None:
        """Stop all that wait for their turn; they can be taken up."""
        self.drop(tuple(self._going))

    def cancel(self, run_id: str) -> None:
        """Stop one training."""
        with contextlib.suppress(UnknownJobError):
            self._jobs.cancel(run_id)

    def _begin(self, config: RunConfig) -> str:
        """Begin a training, or take it up; one that was deleted has the same result anew."""
        if run_id := self._left.pop(config, ""):
            with contextlib.suppress(StoreError):
                self._jobs.take_up(run_id, owner=self._owner)
                self._adopt(run_id)
                return run_id
        return self._submit([config])[0]

    def _submit(self, configs: Sequence[RunConfig]) -> tuple[str, ...]:
        run_ids = self._jobs.submit_together(configs, self._owner)
        self.begun = (*self.begun, *run_ids)
        for run_id in run_ids:
            self._adopt(run_id)
        return run_ids

    def _adopt(self, run_id: str) -> None:
        with contextlib.suppress(UnknownJobError):  # over already
            self._jobs.adopt(run_id, self._owner)  # else an orphan when a viewer goes

    def _coming(self, trials: Sequence[Trial], fold: int) -> Iterator[RunConfig]:
        """Yield what is trained after a fold, as far as that is known by now."""
        now = trials[-1]
        yield from self._plan.runs(now.values)[fold + 1 :]
        if self._plan.method == "tpe":
            return
        # Nothing is drawn by what came of those before: it need not be known.
        known = [Trial(trial.number, trial.values, "refused") for trial in trials]
        for number in range(len(trials), self._plan.count):
            values = chosen(self._plan, tuple(known))
            again = any(trial.values == values for trial in known)
            known.append(Trial(number, values, "refused"))
            if not again:
                with contextlib.suppress(ValueError):  # they do not go together
                    yield from self._plan.runs(values)
