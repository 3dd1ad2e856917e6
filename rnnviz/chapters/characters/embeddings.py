"""Embedding vectors and the states of character networks: comparisons, lookup, a 2-D projection."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rnnviz.chapters.characters.graphemes import graphemes
from rnnviz.chapters.characters.models import CharCell, CharEmbeddingRNN, CharRNN
from rnnviz.chapters.characters.vocabulary import Vocabulary
from rnnviz.core.inspect.reading import evaluating


def moved(model: nn.Module, vocabulary: Vocabulary, source: str, first: str) -> Tensor:
    """Return how far each state moves when the first character is another, shape (T,)."""
    codes = vocabulary.encode(source)
    other = torch.cat((vocabulary.codes([first]), codes[1:]))
    with evaluating(model), torch.no_grad():
        h: Tensor = model(torch.stack((codes, other), 1)).h  # (T, 2, H)
    distances: Tensor = torch.linalg.vector_norm(h[:, 0] - h[:, 1], dim=1)
    return distances


def same_h(model: CharRNN, vocabulary: Vocabulary, source: str) -> float:
    """Return the largest difference of a module's states from those of a cell with its weights."""
    cell = CharCell(len(vocabulary))
    cell.load_state_dict(
        {f"cell.{name[4:-3]}": value for name, value in model.state_dict().items()}
    )
    codes = vocabulary.encode(source)[:, None]
    with torch.no_grad():
        return float((cell(codes).h - model(codes).h).abs().max())


@dataclass(frozen=True, eq=False)
class Lookup:
    """That a lookup is a product.

    Attributes:
        one_hot: Of the whole alphabet, shape (K, K).
        vectors: The embedding's rows, shape (K, E).
        difference: Largest difference of the lookup of a line from one-hot times the matrix.
        refusal: What torch says to codes that are no whole numbers.
    """

    one_hot: Tensor
    vectors: Tensor
    difference: float
    refusal: str


def looked_up(model: CharEmbeddingRNN, vocabulary: Vocabulary, source: str) -> Lookup:
    """Look a line up both ways, and once with codes that are float."""
    codes, K = vocabulary.encode(source), len(vocabulary)
    with torch.no_grad():
        found = model.embedding(codes)
        product = F.one_hot(codes, K).float() @ model.embedding.weight
        try:
            model.embedding(codes.float())
            refusal = ""
        except RuntimeError as error:
            refusal = str(error).split(" (while")[0].split("\n")[0]
    vectors = model.embedding.weight.detach().clone()
    return Lookup(torch.eye(K), vectors, float((found - product).abs().max()), refusal)


def plane(matrices: Tensor) -> Tensor:
    """Put embeddings of several moments on two axes fitted once to all of them.

    Args:
        matrices: Shape (F, K, E), E at least 2.

    Returns: Shape (F, K, 2).
    """
    points = matrices.flatten(0, 1).double()
    centred = points - points.mean(0)
    axes: Tensor = torch.linalg.svd(centred, full_matrices=False).Vh[:2]
    return (centred @ axes.T).reshape(*matrices.shape[:2], -1)


def extremes(matrix: Tensor) -> tuple[tuple[int, int, float], tuple[int, int, float]]:
    """Return the two nearest and the two farthest rows of an embedding, with their distances.

    Args:
        matrix: Shape (K, E), K at least 2.
    """
    apart = torch.pdist(matrix.detach().double())
    rows, columns = torch.triu_indices(len(matrix), len(matrix), 1)
    near, far = int(apart.argmin()), int(apart.argmax())
    return (
        (int(rows[near]), int(columns[near]), float(apart[near])),
        (int(rows[far]), int(columns[far]), float(apart[far])),
    )


def others(vocabulary: Vocabulary, source: str) -> list[str]:
    """Return the characters that could stand first instead."""
    return [symbol for symbol in vocabulary.symbols if symbol != graphemes(source)[0]]
