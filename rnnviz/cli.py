"""The command line: `python -m rnnviz classify`, `train`, `bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.core import device as devices
from rnnviz.core.models import SequenceClassifier
from rnnviz.core.reading import Reading, read
from rnnviz.data import ink, picture, sequences, whole
from rnnviz.training import checkpoint, order_nets, recipes

AT_ONCE = 256  # pictures read by the network in one call

_RECIPES = (*recipes.RECIPES, order_nets.NAME)

Answer = dict[str, object]
Frame = NDArray[np.uint8]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except ValueError as error:  # a name, a device or a file that cannot be used: said in words
        print(f"rnnviz: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("rnnviz: stopped; nothing half made was left", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rnnviz", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_classify(commands.add_parser("classify", help="read pictures of digits, a JSON line each"))
    _add_train(commands.add_parser("train", help="make one of the embedded networks again"))
    _add_bench(commands.add_parser("bench", help="measure, beside what one would do instead"))
    return parser


def _add_classify(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="picture or folder")
    command.add_argument(
        "--model",
        default=checkpoint.DEFAULT,
        metavar="NAME|FILE",
        help=f"{', '.join(checkpoint.EMBEDDED)}, or a .safetensors file (default: %(default)s)",
    )
    command.add_argument("--raw", action="store_true", help="no framing, only resize to 28 × 28")
    command.add_argument("--device", default="auto", help="auto, cuda, mps or cpu")
    command.set_defaults(run=_classify)


def _classify(given: argparse.Namespace) -> int:
    network = _network(given.model, devices.pick(given.device))
    failed = False
    batch: list[tuple[Path, Frame | None]] = []
    for path in _pictures(given.paths):
        try:
            batch.append((path, _frame(path, given.raw)))
        except picture.PictureError as error:
            print(f"rnnviz: {path}: {error}", file=sys.stderr)
            failed = True
        if len(batch) == AT_ONCE:
            _print_answers(network, batch)
            batch = []
    _print_answers(network, batch)
    return 2 if failed else 0


def _add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument("--recipe", required=True, metavar="NAME", help=", ".join(_RECIPES))
    command.add_argument("--out", type=Path, help=".safetensors file (default: NAME.safetensors)")
    command.add_argument("--device", default="cpu", help="auto, cuda, mps or cpu (the default)")
    command.set_defaults(run=_train)


def _train(given: argparse.Namespace) -> int:
    if given.recipe not in _RECIPES:
        raise ValueError(f"there is no recipe {given.recipe!r}; there are {', '.join(_RECIPES)}")
    if given.recipe == order_nets.NAME:
        return _train_order(_checked(given.out or Path(f"{order_nets.NAME}.safetensors")))
    from tqdm import tqdm

    device = devices.pick(given.device)
    path = _checked(given.out or Path(f"{given.recipe}.safetensors"))
    with tqdm(unit="step", smoothing=0.05, dynamic_ncols=True) as bar:
        bar.set_description("first the digits are thinned to pen strokes, a minute or two")
        for log in recipes.run(given.recipe, out=path, device=device):
            if log.step == 1:
                bar.reset(total=log.steps)
                bar.set_description(given.recipe)
            bar.update()
            if log.step % 50 == 0:
                bar.set_postfix(epoch=log.epoch, loss=f"{log.loss:.3f}", refresh=False)
            if log.held_out is not None:
                bar.write(f"epoch {log.epoch}: {log.held_out:.2%} of the held-out", sys.stderr)
    _, meta = checkpoint.load(path)
    print(json.dumps({"path": str(path), "wall_s": meta["wall_s"], **meta["measured"]}))
    return 0


def _checked(path: Path) -> Path:
    """Return where weights will go, and a JSON beside them; not only after hours of training."""
    if path.suffix != ".safetensors":
        raise ValueError(f"out must end in .safetensors, got {path.name}")
    _check_place(path)
    _check_place(path.with_suffix(".json"))
    return path


def _check_place(path: Path) -> None:
    try:
        whole.check_place(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from error


def _train_order(path: Path) -> int:
    from tqdm import tqdm

    with tqdm(unit="step", smoothing=0.05, dynamic_ncols=True) as bar:
        for log in order_nets.make(path):
            bar.total = len(order_nets.KINDS) * len(order_nets.LEARNT) * log.steps
            bar.update()
    meta = json.loads(path.with_suffix(".json").read_bytes())
    print(json.dumps({"path": str(path), "wall_s": meta["wall_s"], **meta["measured"]}))
    return 0


def _add_bench(command: argparse.ArgumentParser) -> None:
    names = (
        "all",
        "app",
        "draw",
        "evaluate",
        "hello",
        "lesson",
        "live",
        "load",
        "scale",
        "sine",
        "slices",
        "span",
        "trace",
        "train",
    )
    command.add_argument("what", choices=names)
    command.add_argument("--device", default="cpu", help="auto, cuda, mps or cpu (the default)")
    command.add_argument("--repeats", type=int, help="fewer for a glance, more for a figure")
    command.add_argument("--json", action="store_true", help="one line instead of many")
    command.add_argument("--plot", type=Path, help="scale: the SVG file to draw its figure into")
    command.add_argument("--people", type=int, default=30, help="load: how many at once")
    command.add_argument("--seconds", type=float, default=180.0, help="load: for how long")
    command.set_defaults(run=_bench)


def _bench(given: argparse.Namespace) -> int:
    from rnnviz.bench import menu

    if given.plot is not None:
        _check_place(given.plot)
    asked = menu.Asked(
        given.device, given.repeats, given.people, given.seconds, given.plot, json=given.json
    )
    print(menu.report(given.what, asked, _to_stderr))
    return 0


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class _Network:
    model: SequenceClassifier
    device: torch.device
    sequences: Callable[[Tensor], Tensor]  # from pictures, as it was trained on them


def _network(name: str, device: torch.device) -> _Network:
    found = checkpoint.embedded(name) if name in checkpoint.EMBEDDED else None
    model, meta = found or _loaded(Path(name))
    time_step, chunk = meta.get("time_step", "rows"), meta.get("chunk", sequences.SIDE)
    read_as = partial(sequences.sequences, time_step=time_step, chunk=chunk)
    return _Network(model.to(device).eval(), device, read_as)


def _loaded(path: Path) -> tuple[SequenceClassifier, dict[str, Any]]:
    try:
        return checkpoint.load(path)
    except checkpoint.CheckpointError as error:
        raise ValueError(f"{path}: {error}") from error


def _pictures(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files given, and of each folder its pictures, sorted by name."""
    for path in paths:
        if _is_folder(path):
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in picture.SUFFIXES)
        else:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # e.g. a name that is too long; whoever reads it says so
        return False


def _frame(path: Path, raw: bool) -> Frame | None:
    """Return what the network is to read, or None for a blank picture."""
    found = picture.read(path)
    if not found.ink.any():
        return None
    if raw:
        return ink.resize(found.ink)
    framed = ink.frame(found.ink)
    return None if framed is None else framed.frame


def _print_answers(network: _Network, batch: Sequence[tuple[Path, Frame | None]]) -> None:
    frames = [frame for _, frame in batch if frame is not None]
    reading = _read(network, np.stack(frames)) if frames else None
    k = 0
    for path, frame in batch:
        answer: Answer = {"path": str(path), "digit": None}
        answer |= {"probabilities": None, "decided_row": None}
        if frame is not None and reading is not None:
            answer["digit"] = int(reading.digit[k])
            answer["probabilities"] = [round(p, 6) for p in reading.probabilities[k].tolist()]
            answer["decided_row"] = int(reading.decided_row[k])
            k += 1
        print(json.dumps(answer))


def _read(network: _Network, frames: NDArray[np.uint8]) -> Reading:
    images = torch.from_numpy(frames).to(network.device)
    return read(network.model, network.sequences(images))
