"""`TaskSpec`: everything that the trainer, the run store and the pages use of one task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from rnnviz.core.config import ModelConfig, TrainConfig

if TYPE_CHECKING:  # a config is read before torch is loaded
    from torch import nn

    from rnnviz.data.folds import LoadDigits
    from rnnviz.training.loop.loop import LoopState, StepLog


class AnyConfig(Protocol):
    """Config of a run, whatever its task: a frozen dataclass that checks itself.

    Attributes:
        task: Name of its task in the registry.
    """

    task: ClassVar[str]

    @property
    def model(self) -> ModelConfig:
        """The network."""

    @property
    def training(self) -> TrainConfig:
        """How it is trained."""

    @property
    def device(self) -> str:
        """Where it is trained: "cpu", "cuda", "cuda:1", "mps" or "auto"."""

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""

    @property
    def parameters(self) -> int:
        """Number of trained parameters, the head included."""

    @property
    def states(self) -> int:
        """Number of hidden states that a step keeps for its gradients."""

    def examples_after(self, step: int) -> int:
        """Return the number of examples in the first `step` steps."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""


class StepLoop(Protocol):
    """A training that goes on step by step, and can be saved between two of them.

    Attributes: as of a `Loop`.
    """

    limit: int
    pending: int

    @property
    def note(self) -> str:
        """Why steps are not as fast as they could be; "" if they are."""

    def __iter__(self) -> Iterator[StepLog]: ...

    def state(self) -> LoopState:
        """Return all that the next steps depend on, except the weights."""


@dataclass(frozen=True)
class ResultLabels:
    """Names of what the numbers of a run count.

    Attributes:
        unit: What is trained on and read, e.g. "lines".
        shares: What accuracy counts, e.g. "characters right, %".
        judges: What the run is evaluated on, e.g. "all lines".
    """

    unit: str
    shares: str
    judges: str


@dataclass(frozen=True)
class ScriptOrigin:
    """Where and with what a run was trained, for its exported script.

    Attributes:
        link: Address of the run, or "".
        on_cpu: Whether it was trained on a CPU.
        torch_version: Version of torch that trained it.
        accuracy: Accuracy at its end, 0…1; None: it is not known.
        examples_read: Number of examples behind that accuracy.
    """

    link: str
    on_cpu: bool
    torch_version: str
    accuracy: float | None = None
    examples_read: int = 0


@dataclass(frozen=True)
class PageLink:
    """A page of the app, and the query parameters that open one of its views.

    Attributes:
        page: Name of the file in `pages/`, without its ending.
        query: Query parameters by name.
    """

    page: str
    query: Mapping[str, str] = field(default_factory=dict)


C = TypeVar("C", bound=AnyConfig)


def _nothing(config: AnyConfig) -> str:
    return ""


@dataclass(frozen=True, eq=False)
class TaskSpec(Generic[C]):
    """One task that a run can train.

    Attributes:
        name: Name of the task, as a saved run has it.
        config: Class of its configs, with `from_dict`.
        network: Builds the network of a config; its weights come from torch's global generator.
        loop: Builds the training of a network, with its examples and its held-out data, from a
            config, the network on its device, a loader of MNIST, and a saved state or None.
        title: What a config trains, as part of a run's title, e.g. "recall after 10".
        trained_on: Training data of a config in words, e.g. "60,000 digits × 3, in 64s".
        labels: Names of what the numbers of a run count.
        script: Source of the exported script of a config.
        script_name: File name of that script.
        no_script: Why a config has no script; "" if it has one.
        preparing: What the worker reports while it prepares the data; "" if that takes no time.
        pages: Page that shows a group of runs, by the group's kind; without one, the Train page.
    """

    name: str
    config: type[C]
    network: Callable[[C], nn.Module]
    loop: Callable[[C, nn.Module, LoadDigits, LoopState | None], StepLoop]
    title: Callable[[C], str]
    trained_on: Callable[[C], str]
    labels: Callable[[C], ResultLabels]
    script: Callable[[C, ScriptOrigin], str]
    script_name: str
    no_script: Callable[[C], str] = _nothing
    preparing: Callable[[C], str] = _nothing
    pages: Mapping[str, PageLink] = field(default_factory=dict)
