"""Command line of rnnviz: app, classification, training of the embedded models, benchmarks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.bench import menu
from rnnviz.chapters.recurrence import row_order_experiment
from rnnviz.core import device as devices
from rnnviz.core.inspect.reading import Reading, read
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import atomic_write, image_file, mnist_frame, picture_files, sequences
from rnnviz.data.image_file import Picture
from rnnviz.training import classifier_file, device_choice
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks import digit_recipes
from rnnviz.ui.app import app_command

APP_HELP = "start the app in the browser; options are those of `streamlit run`"
AT_ONCE = 256  # pictures read by the network in one call

_RECIPES = (*digit_recipes.RECIPES, row_order_experiment.NAME)

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
    parser = argparse.ArgumentParser(prog="rnnviz", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_app(commands.add_parser("app", prefix_chars="\0", add_help=False, help=APP_HELP))
    _add_classify(commands.add_parser("classify", help="read pictures of digits, a JSON line each"))
    _add_train(commands.add_parser("train", help="make one of the embedded networks again"))
    _add_bench(commands.add_parser("bench", help="measure, beside what one would do instead"))
    return parser


def _add_app(command: argparse.ArgumentParser) -> None:
    command.add_argument("options", nargs="*")  # no prefix: options of Streamlit too
    command.set_defaults(run=_app)


def _app(given: argparse.Namespace) -> int:
    return app_command.run(given.options)


def _add_classify(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="picture, or folder of them"
    )
    command.add_argument(
        "--model",
        default=checkpoint.DEFAULT,
        metavar="NAME|FILE",
        help=f"{', '.join(checkpoint.EMBEDDED)}, or a file of weights, .safetensors or .pt, as "
        "States takes it (default: %(default)s)",
    )
    command.add_argument("--raw", action="store_true", help="no framing, only resize to 28 × 28")
    command.add_argument("--device", default="auto", help="auto, cuda, mps or cpu")
    command.set_defaults(run=_classify)


def _classify(given: argparse.Namespace) -> int:
    network = _network(given.model, _device(given.device))
    failed = False
    batch: list[tuple[Path, Picture]] = []
    for given_path in given.paths:
        for path, picture in _read_pictures(given_path):
            failed |= picture is None
            if picture is not None:
                batch.append((path, picture))
            if len(batch) == AT_ONCE:
                _print_answers(network, batch, given.raw)
                batch = []
    _print_answers(network, batch, given.raw)
    return 2 if failed else 0


def _read_pictures(path: Path) -> Iterator[tuple[Path, Picture | None]]:
    """Yield a file, or each picture of a folder, and what is in it; None after an error message."""
    try:
        files = picture_files.find(path)
    except ValueError as error:
        print(f"rnnviz: {path}: {error}", file=sys.stderr)
        yield path, None
        return
    for file in files:
        try:
            yield file, image_file.read(file)
        except image_file.PictureError as error:
            print(f"rnnviz: {file}: {error}", file=sys.stderr)
            yield file, None


def _device(name: str) -> torch.device:
    choice = device_choice.choose(name)
    if choice.reason:
        where = devices.describe(choice.device)
        print(f"rnnviz: runs on {where}. {choice.reason}.", file=sys.stderr)
    return choice.device


def _add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument("--recipe", required=True, metavar="NAME", help=", ".join(_RECIPES))
    command.add_argument("--out", type=Path, help=".safetensors file (default: NAME.safetensors)")
    command.add_argument("--device", default="cpu", help="auto, cuda, mps or cpu (the default)")
    command.set_defaults(run=_train)


def _train(given: argparse.Namespace) -> int:
    if given.recipe not in _RECIPES:
        raise ValueError(f"there is no recipe {given.recipe!r}; there are {', '.join(_RECIPES)}")
    if given.recipe == row_order_experiment.NAME:
        return _train_order(_checked(given.out or Path(f"{row_order_experiment.NAME}.safetensors")))
    from tqdm import tqdm

    device = _device(given.device)
    path = _checked(given.out or Path(f"{given.recipe}.safetensors"))
    with tqdm(unit="step", smoothing=0.05, dynamic_ncols=True) as bar:
        bar.set_description("first the digits are thinned to pen strokes, a minute or two")
        for log in digit_recipes.run(given.recipe, out=path, device=device):
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
        atomic_write.check_place(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from error


def _train_order(path: Path) -> int:
    from tqdm import tqdm

    with tqdm(unit="step", smoothing=0.05, dynamic_ncols=True) as bar:
        for log in row_order_experiment.make(path):
            bar.total = (
                len(row_order_experiment.KINDS) * len(row_order_experiment.LEARNT) * log.steps
            )
            bar.update()
    meta = json.loads(path.with_suffix(".json").read_bytes())
    print(json.dumps({"path": str(path), "wall_s": meta["wall_s"], **meta["measured"]}))
    return 0


def _add_bench(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=tuple(menu.BENCHES))
    command.add_argument("--device", help="auto, cuda, mps or cpu (the default; gpu: cuda, if any)")
    command.add_argument("--repeats", type=int, help="fewer for a glance, more for a figure")
    command.add_argument("--json", action="store_true", help="one line instead of many")
    command.add_argument("--plot", type=Path, help="scale: the SVG file to draw its figure into")
    command.add_argument("--out", type=Path, help="gpu: the JSON file to write its figures into")
    command.add_argument("--people", type=int, default=30, help="load: how many at once")
    command.add_argument("--seconds", type=float, default=180.0, help="load: for how long")
    command.set_defaults(run=_bench)


def _bench(given: argparse.Namespace) -> int:
    for path in (given.plot, given.out):
        if path is not None:
            _check_place(path)
    asked = menu.Asked(
        None if given.device is None else str(_device(given.device)),
        given.repeats,
        given.people,
        given.seconds,
        given.plot,
        given.out,
        json=given.json,
    )
    is_check = menu.BENCHES[given.what].checks and not given.json
    report = menu.report(given.what, asked, _to_stdout if is_check else _to_stderr)
    print(report.text)
    return 1 if report.failed else 0


def _to_stdout(line: str) -> None:
    print(line, flush=True)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class _Network:
    model: SequenceClassifier
    device: torch.device
    sequences: Callable[[Tensor], Tensor]  # from pictures, as it was trained on them


def _network(name: str, device: torch.device) -> _Network:
    path = checkpoint.embedded_path(name) if name in checkpoint.EMBEDDED else Path(name)
    try:
        found = classifier_file.load_classifier(path)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if found.told:
        print(f"rnnviz: {path}: {' '.join(found.told)}", file=sys.stderr)
    read_as = partial(sequences.sequences, time_step=found.time_step, chunk=found.chunk)
    return _Network(found.model.to(device).eval(), device, read_as)


def _frames(picture: Picture, raw: bool) -> list[Frame]:
    """Return what the network is to read of each digit, none for a blank picture."""
    inks = map(picture.ink_of, range(len(picture.digits)))
    if raw:
        return [mnist_frame.resize(ink) for ink in inks]
    return [framed.frame for ink in inks if (framed := mnist_frame.frame(ink)) is not None]


def _print_answers(network: _Network, batch: Sequence[tuple[Path, Picture]], raw: bool) -> None:
    frames = [_frames(picture, raw) for _, picture in batch]
    together = [frame for of_one in frames for frame in of_one]
    reading = _read(network, np.stack(together)) if together else None
    first = 0
    for (path, picture), of_one in zip(batch, frames, strict=True):
        answer: Answer = {"path": str(path), "digit": None}
        answer |= {"probabilities": None, "decided_row": None, "digits": []}
        if reading is not None and of_one:
            k = first + picture.largest
            answer["digit"] = int(reading.digit[k])
            answer["probabilities"] = [round(p, 6) for p in reading.probabilities[k].tolist()]
            answer["decided_row"] = int(reading.decided_row[k])
            answer["digits"] = [
                {
                    "digit": int(reading.digit[first + place]),
                    "probability": round(float(reading.probabilities[first + place].max()), 6),
                    "box": list(picture.box(place)),
                }
                for place in range(len(of_one))
            ]
        first += len(of_one)
        print(json.dumps(answer))


def _read(network: _Network, frames: NDArray[np.uint8]) -> Reading:
    images = torch.from_numpy(frames).to(network.device)
    return read(network.model, network.sequences(images))
