"""Conditions that constants decide, in Python source: only the branch that is taken remains."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

OPERATIONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = MappingProxyType(
    {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.IsNot: operator.is_not,
        ast.In: lambda item, items: item in items,
    }
)


def decided(source: str, config: Mapping[str, object]) -> str:
    """Return source without each `if` that names constants of a config alone.

    The branch that is taken stands in its place; after one that ends with a return, the rest of the
    block is left out too.

    Args:
        source: Of a module, formatted; each condition is in one line.
        config: Values of the constants.

    Raises:
        ValueError: If a condition is none that `_value` knows.
    """
    while (found := _decidable(source, config)) is not None:
        node, end = found
        lines = source.split("\n")
        body_end, if_end = node.body[-1].end_lineno or 0, node.end_lineno or 0
        other = body_end  # the number of the line with "else" or "elif", from 0
        while other < if_end and not lines[other].strip().startswith(("else:", "elif ")):
            other += 1
        rest = if_end
        if _value(node.test, config):
            branch = _dedented(lines[node.lineno : other])
            rest = end if isinstance(node.body[-1], ast.Return) else if_end
        elif other < if_end and lines[other].strip().startswith("elif "):
            branch = [lines[other].replace("elif", "if", 1), *lines[other + 1 : if_end]]
        else:
            branch = _dedented(lines[other + 1 : if_end])
        source = "\n".join([*lines[: node.lineno - 1], *branch, *lines[rest:]])
    return source


def names_in(node: ast.AST) -> set[str]:
    """Return the names that a piece of code uses or sets."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _decidable(source: str, config: Mapping[str, object]) -> tuple[ast.If, int] | None:
    """Return an `if` that a config decides, and the last line of the block that it is in."""
    lines = source.split("\n")
    for parent in ast.walk(ast.parse(source)):
        for block in (getattr(parent, "body", []), getattr(parent, "orelse", [])):
            for node in block if isinstance(block, list) else ():  # not of a lambda
                if not isinstance(node, ast.If) or "elif " in lines[node.lineno - 1]:
                    continue
                if (names := names_in(node.test)) and names <= config.keys():
                    return node, block[-1].end_lineno or 0
    return None


def _value(node: ast.expr, config: Mapping[str, object]) -> object:
    """Return the value of a condition: constants, literals, comparisons, and "and"."""
    match node:
        case ast.Name(id=name):
            return config[name]
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, config) for part in parts)
        case ast.Compare(left=left, ops=[operation], comparators=[right]):
            return OPERATIONS[type(operation)](_value(left, config), _value(right, config))
    return ast.literal_eval(node)


def _dedented(lines: list[str]) -> list[str]:
    return [line[4:] for line in lines]
