"""Template of the training loop and the `main` that the scripts of several tasks share."""
# ruff: noqa: T201

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from rnnviz.training.export.network_template import CLIP_NORM, SEED, optimizer_of

# --- config of the run ---
EPOCHS = 10
BATCH_SIZE = 32
# --- end of the config ---


def train(
    model: nn.Module,
    examples: Callable[[torch.Generator], tuple[Tensor, ...]],
    cost: Callable[..., Tensor],
) -> list[float]:
    """Train in place; return the loss of every step."""
    torch.set_flush_denormal(True)  # numbers below 1.2e-38 count as 0: they slow a CPU down
    optimizer = optimizer_of(model.parameters())
    order = torch.Generator().manual_seed(SEED + 1)
    generator = torch.Generator().manual_seed(SEED + 2)
    losses: list[float] = []
    for _ in range(EPOCHS):
        parts = examples(generator)
        for batch in torch.randperm(len(parts[0]), generator=order).split(BATCH_SIZE):  # type: ignore[no-untyped-call]
            loss = cost(model, *(part[batch] for part in parts))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if CLIP_NORM:
                nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
            optimizer.step()
            losses.append(loss.item())
    return losses


def main(
    build: Callable[[], nn.Module],
    examples: Callable[[torch.Generator], tuple[Tensor, ...]],
    cost: Callable[..., Tensor],
    report: Callable[..., None],
) -> None:
    """Train, and report the result."""
    parser = argparse.ArgumentParser(description="Train this network.")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--losses", type=Path, help="file for the loss of each step")
    parser.add_argument("--weights", type=Path, help="file for the weights, ending in .pt")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = build()
    losses = train(model, examples, cost)
    print(f"{len(losses):,} steps, the loss of the last {losses[-1]:.4f}")
    model.eval()
    with torch.no_grad():
        report(model)
    if args.losses:
        args.losses.write_text("".join(f"{loss!r}\n" for loss in losses), encoding="utf-8")
    if args.weights:
        torch.save(model.state_dict(), args.weights)
