"""The views of the Scratch page by name, and the explanations below them."""

from __future__ import annotations

from rnnviz.chapters.scratch.ui import (
    broken_training_view,
    learning_view,
    line_by_line_view,
    mnist_view,
    operations_view,
)

VIEWS = ("Lines", "Graph", "cat, dropout", "It learns", "The lesson", "MNIST")


def show(view: str) -> None:
    """Show one of them."""
    if view == "Graph":
        line_by_line_view.show_graph()
    elif view == "cat, dropout":
        operations_view.show()
    elif view == "It learns":
        learning_view.show()
    elif view == "The lesson":
        broken_training_view.show()
    elif view == "MNIST":
        mnist_view.show()
    else:
        line_by_line_view.show_lines()


MEANING = """
- **By hand**: `rnnviz.scratch` is NumPy alone, under 800 lines, and imports nothing else of rnnviz.
  Each operation is its formula and its gradient side by side; values and gradients equal PyTorch's
  in float64 to 1e-9.
- **∂** before a name is short for ∂L/∂, the gradient of the loss. In “Lines” L = ½ Σ (o − y)² over
  all steps and outputs.
- **The line that runs** is read from the source; the formula and the sum with numbers are made of
  its syntax tree.
- **One bias**: input and hidden state enter one Linear together, as it is often taught. PyTorch
  keeps two biases, whose sum Adam would move twice as far; its second one is held at zero here. A
  GRU keeps b_hn apart, inside r.
- **Why they lie on each other**: both compute the same in float64, but add in another order. With
  relu a number that is almost 0 may fall on either side: then they part by more than rounding, and
  still learn alike.
- **Held out**: as many sequences that are never learnt from.
"""
