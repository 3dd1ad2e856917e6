"""Training loop in JAX for comparison, where JAX is installed: `lax.scan` over time, under jit."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from rnnviz.data import mnist

HIDDEN, INPUT, CLASSES = 64, 28, 10
Array = Any  # a jax.Array, or a tree of them
BATCH, RATE, DECAY_1, DECAY_2, EPSILON = 64, 0.01, 0.9, 0.999, 1e-8


def installed() -> bool:
    """Whether JAX can be imported."""
    return importlib.util.find_spec("jax") is not None


def loop(epochs: int) -> Iterator[object]:
    """Train an LSTM and a head with Adam on MNIST; the data lie on JAX's own first device.

    Args:
        epochs: Over the training digits, each time in another order.

    Yields: Each step's loss, when the device has it.
    """
    jax, jnp = importlib.import_module("jax"), importlib.import_module("jax.numpy")
    digits = mnist.load(train=True)
    images = jnp.asarray(digits.images.numpy())
    labels = jnp.asarray(digits.labels.numpy().astype(np.int32))
    weights = _weights(jnp)
    first = jax.tree_util.tree_map(jnp.zeros_like, weights)
    state = (weights, first, jax.tree_util.tree_map(jnp.zeros_like, weights), jnp.zeros(()))
    step = jax.jit(_step(jax, jnp))
    generator = np.random.default_rng(0)
    for _ in range(epochs):
        order = generator.permutation(len(digits.labels))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            picked = jnp.asarray(order[start : start + BATCH])
            state, loss = step(state, images[picked], labels[picked])
            yield loss.block_until_ready()


def _weights(jnp: ModuleType) -> dict[str, Array]:
    """Return weights drawn as torch draws them, each uniform in ± 1/√H."""
    generator, bound = np.random.default_rng(0), HIDDEN**-0.5
    shapes = {
        "w_ih": (INPUT, 4 * HIDDEN),
        "w_hh": (HIDDEN, 4 * HIDDEN),
        "b": (4 * HIDDEN,),
        "w_out": (HIDDEN, CLASSES),
        "b_out": (CLASSES,),
    }
    drawn = {name: generator.uniform(-bound, bound, shape) for name, shape in shapes.items()}
    return {name: jnp.asarray(value.astype(np.float32)) for name, value in drawn.items()}


def _step(jax: ModuleType, jnp: ModuleType) -> Callable[..., tuple[Array, Array]]:
    """Return a step: Adam on the mean cross-entropy of one batch."""

    def loss_of(weights: Array, images: Array, labels: Array) -> Array:
        x = jnp.swapaxes(images, 0, 1).astype(jnp.float32) / 255  # (T, B, I)
        pre = x @ weights["w_ih"] + weights["b"]  # (T, B, 4H)
        zeros = jnp.zeros((images.shape[0], HIDDEN))

        def cell(carry: Array, pre_t: Array) -> tuple[Array, None]:
            h, c = carry
            i, f, g, o = jnp.split(pre_t + h @ weights["w_hh"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), None

        (h, _), _ = jax.lax.scan(cell, (zeros, zeros), pre)
        logs = jax.nn.log_softmax(h @ weights["w_out"] + weights["b_out"])
        return -jnp.take_along_axis(logs, labels[:, None], axis=1).mean()

    def step(state: Array, images: Array, labels: Array) -> tuple[Array, Array]:
        weights, mean, square, count = state
        loss, slope = jax.value_and_grad(loss_of)(weights, images, labels)
        count = count + 1
        each = jax.tree_util.tree_map
        mean = each(lambda m, g: DECAY_1 * m + (1 - DECAY_1) * g, mean, slope)
        square = each(lambda v, g: DECAY_2 * v + (1 - DECAY_2) * g * g, square, slope)
        by_mean, by_square = 1 - DECAY_1**count, 1 - DECAY_2**count
        weights = each(
            lambda w, m, v: w - RATE * (m / by_mean) / (jnp.sqrt(v / by_square) + EPSILON),
            weights,
            mean,
            square,
        )
        return (weights, mean, square, count), loss

    return step
