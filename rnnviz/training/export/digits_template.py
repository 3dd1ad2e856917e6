"""Train $network to read MNIST's digits, $unit by $unit.

It needs torch and torchvision, nothing else, and has $parameters parameters.

    python $name                     train, then predict $judges
    python $name --data FOLDER       where MNIST is, or is downloaded to
    python $name --weights net.pt    save the weights
    python $name --help              everything else

$promise
"""
# ruff: noqa: T201

import argparse
import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.datasets import MNIST

from rnnviz.data.affine_augment import DIGITS_AT_ONCE, source_places
from rnnviz.data.folds import members
from rnnviz.data.sequences import PERMUTATION
from rnnviz.training.export.network_template import (
    BIDIRECTIONAL,
    CELL,
    CLIP_NORM,
    DROPOUT,
    FORGET_BIAS,
    HIDDEN_SIZE,
    INPUT_SIZE,
    LEARNING_RATE,
    PROJ_SIZE,
    SEED,
    optimizer_of,
    recurrent,
    set_forget_bias,
)

# --- config of the run ---
DIGITS = 60_000  # trained on: the first ones of $those
FOLD: int | None = None  # which twelfth of the training digits is held out, from 0
TIME_STEP = "rows"
POOLING = "last"
AUGMENTATION = "none"
PRECISION = "float32"
EPOCHS = 10
BATCH_SIZE = 128
SCHEDULE = "one_cycle"
WARMUP = 0.2  # fraction of all steps in which the learning rate rises
LABEL_SMOOTHING = 0.0
JUDGES = "test digits"
EXPECTED: float | None = 0.98  # share of $read that the run in rnnviz read right
INTERVAL = (0.977, 0.982)  # Wilson's 95 % interval around it
TORCH = "2.11.0"  # version that trained the run on a CPU
# --- end of the config ---


class Classifier(nn.Module):
    """Read a whole sequence, then predict once."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = recurrent()
        self.head = nn.Linear((PROJ_SIZE or HIDDEN_SIZE) * (1 + BIDIRECTIONAL), 10)
        if FORGET_BIAS is not None:
            set_forget_bias(self.rnn, FORGET_BIAS)

    def forward(self, x: Tensor) -> Tensor:
        """Classify sequences: (time, batch, inputs) -> one logit per digit, (batch, 10)."""
        if POOLING != "last":
            output, _ = self.rnn(x)
        elif CELL == "lstm":
            _, (h_n, _) = self.rnn(x)
        else:
            _, h_n = self.rnn(x)
        if POOLING == "mean":
            pooled = output.mean(0)  # over all time steps
        elif POOLING == "max":
            pooled = output.max(0).values  # of each unit over all time steps
        elif BIDIRECTIONAL:
            # What each direction of the top layer holds when it has read everything. In the last
            # output its backward cell has made its first step only.
            pooled = torch.cat((h_n[-2], h_n[-1]), dim=-1)
        else:
            pooled = h_n[-1]  # after the last time step
        logits: Tensor = self.head(pooled)
        return logits


def sequences(images: Tensor) -> Tensor:
    """Turn images, bytes (batch, 28, 28), into sequences from 0 to 1, (time, batch, inputs)."""
    if TIME_STEP == "rows":
        steps = images.transpose(0, 1)
    elif TIME_STEP == "columns":
        steps = images.permute(2, 0, 1)  # from the left
    elif TIME_STEP == "permuted":
        steps = images[:, list(PERMUTATION)].transpose(0, 1)  # the rows in that order
    else:
        steps = images.reshape(len(images), -1, INPUT_SIZE).transpose(0, 1)
    return steps.contiguous().float() / 255


def shift(images: Tensor, generator: torch.Generator) -> Tensor:
    """Rotate, shear and move each image a little, differently in every epoch."""
    u = 2 * torch.rand((len(images), 4), generator=generator) - 1
    theta = source_places(u.to(images.device))
    moved = torch.empty_like(images)
    every = torch.arange(len(images), device=images.device)
    for part in every.split(DIGITS_AT_ONCE):  # type: ignore[no-untyped-call]
        ink = images[part].unsqueeze(1).float()
        grid = F.affine_grid(theta[part], list(ink.shape), align_corners=False)
        moved[part] = F.grid_sample(ink, grid, align_corners=False)[:, 0].round().to(torch.uint8)
    return moved


def build() -> Classifier:
    """Draw the first weights, which follow from the seed."""
    torch.manual_seed(SEED)
    return Classifier()


def learning_rate(step: int, steps: int) -> float:
    """Return the rate of a step: up in a line to the largest, then down a cosine to 0."""
    if SCHEDULE == "one_cycle":
        top = WARMUP * steps
        if step <= top:
            return LEARNING_RATE * step / top
        return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * (step - top) / (steps - top + 1)))
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / (steps + 1)))


def train(model: Classifier, images: Tensor, labels: Tensor, epochs: int) -> list[float]:
    """Train in place; return the loss of every step."""
    torch.set_flush_denormal(True)  # numbers below 1.2e-38 count as 0: they slow a CPU down
    if DROPOUT:
        torch.manual_seed(SEED)
    optimizer = optimizer_of(model.parameters())
    order = torch.Generator().manual_seed(SEED + 1)
    if AUGMENTATION == "shifted":
        generator = torch.Generator().manual_seed(SEED + 2)
    steps_per_epoch = math.ceil(len(labels) / BATCH_SIZE)
    inputs = images
    losses: list[float] = []
    model.train()
    for epoch in range(epochs):
        shuffled = torch.randperm(len(labels), generator=order).to(labels.device)
        if AUGMENTATION == "shifted":
            inputs = shift(images, generator)
        for batch in shuffled.split(BATCH_SIZE):  # type: ignore[no-untyped-call]
            if SCHEDULE != "constant":
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate(len(losses) + 1, steps_per_epoch * epochs)
            if PRECISION == "bfloat16":
                kind = labels.device.type
                onednn = kind == "cpu" and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
                runs = not onednn or torch.ops.mkldnn._is_mkldnn_bf16_supported()
                with torch.autocast(kind, torch.bfloat16, enabled=runs, cache_enabled=False):
                    logits = model(sequences(inputs[batch]))
                logits = logits.float()
            else:
                logits = model(sequences(inputs[batch]))
            loss = F.cross_entropy(logits, labels[batch], label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if CLIP_NORM:
                nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
            optimizer.step()
            losses.append(loss.item())
        recent = losses[-steps_per_epoch:]
        print(f"epoch {epoch + 1}/{epochs}: mean loss {sum(recent) / len(recent):.4f}")
    return losses


@torch.no_grad()
def predict(model: Classifier, images: Tensor) -> Tensor:
    """Return the most probable digit of each image."""
    model.eval()
    parts = images.split(500)  # type: ignore[no-untyped-call]
    return torch.cat([model(sequences(part)).argmax(1) for part in parts])


def load(folder: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images and labels to train on, and those that evaluate the network."""
    digits = MNIST(folder, train=True, download=True)
    if FOLD is not None:
        held_out = members(FOLD, digits.targets)
        rest = torch.ones(len(digits.targets), dtype=torch.bool)
        rest[held_out] = False
        trained = rest.nonzero()[:DIGITS, 0]
        images, labels = digits.data[held_out], digits.targets[held_out]
        return digits.data[trained], digits.targets[trained], images, labels
    test = MNIST(folder, train=False, download=True)
    return digits.data[:DIGITS], digits.targets[:DIGITS], test.data, test.targets


def main() -> None:
    """Train, predict the digits that evaluate the network, and report the accuracy."""
    parser = argparse.ArgumentParser(description="Train this network on MNIST.")
    parser.add_argument("--data", default="data", help="where MNIST is, or is downloaded to")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="passes over the digits")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or mps")
    parser.add_argument("--losses", type=Path, help="file for the loss of each step")
    parser.add_argument("--predictions", type=Path, help="file for the prediction of each digit")
    parser.add_argument("--weights", type=Path, help="file for the weights, ending in .pt")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    model = build().to(args.device)
    images, labels, unseen, answers = load(args.data)
    losses = train(model, images.to(args.device), labels.to(args.device), args.epochs)
    guesses = predict(model, unseen.to(args.device)).cpu()
    right = int((guesses == answers).sum())
    print(f"{right:,} of {len(guesses):,} {JUDGES} read right: {right / len(guesses):.4f}")
    if EXPECTED is not None:
        here = (torch.__version__, args.threads, args.device)
        if args.epochs == EPOCHS and here == (TORCH, 1, "cpu"):
            print(f"The run in rnnviz: {EXPECTED:.4f}, and on the same kind of CPU exactly that.")
        elif args.epochs == EPOCHS:
            low, high = INTERVAL
            print(f"The run in rnnviz: {EXPECTED:.4f}. Expect {low:.4f} to {high:.4f} here (95 %).")
    if args.losses:
        args.losses.write_text("".join(f"{loss!r}\n" for loss in losses), encoding="utf-8")
    if args.predictions:
        args.predictions.write_text(
            "".join(f"{guess}\n" for guess in guesses.tolist()), encoding="utf-8"
        )
    if args.weights:
        torch.save(model.state_dict(), args.weights)


if __name__ == "__main__":
    main()
