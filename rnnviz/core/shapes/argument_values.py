"""Values of a pasted constructor's arguments: literals, arithmetic, and assumptions for names."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Number = int | float

MOST_DIGITS = 12  # of a result; nothing larger is a size, and a power could take for ever
ASSUMED: Mapping[str, object] = MappingProxyType(
    {
        "input_size": 28,
        "hidden_size": 64,
        "num_layers": 2,
        "proj_size": 0,
        "bias": True,
        "batch_first": True,
        "bidirectional": False,
        "dropout": 0.0,
        "nonlinearity": "tanh",
    }
)
# What a name such as hidden_dim or n_layers stands for, whatever argument it is in.
MEANINGS = (
    (re.compile(r"layer|depth", re.IGNORECASE), "num_layers"),
    (re.compile(r"hid|unit|d_model|out|^h$|_h$", re.IGNORECASE), "hidden_size"),
    (re.compile(r"^in|input|emb|feat|vocab|^x$", re.IGNORECASE), "input_size"),
)
OPERATORS: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.FloorDiv: operator.floordiv,
        ast.Div: operator.truediv,
        ast.Mod: operator.mod,
        ast.Pow: operator.pow,
    }
)
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Number, Number], bool]] = MappingProxyType(
    {
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
    }
)
FUNCTIONS = ("len", "max", "min")  # of names: they are taken for a name


class NoValueError(ValueError):
    """An expression that is neither a plain value nor a name."""


@dataclass
class Reader:
    """Reader of the arguments of one line; nothing of it is run.

    Attributes:
        known: Values of names that the same text assigns.
        assumed: Values that were assumed, by the code that stands for them.
    """

    known: Mapping[str, object] = field(default_factory=dict)
    assumed: dict[str, object] = field(default_factory=dict)

    def value(self, name: str, node: ast.expr) -> object:
        """Return the value of an argument.

        Args:
            name: Of the argument, e.g. "hidden_size".
            node: What stands there.

        Raises:
            NoValueError: If it is no value, arithmetic or name.
        """
        if isinstance(node, ast.Constant):
            return node.value
        if _is_name(node):
            return self._name(name, node)
        if isinstance(node, ast.IfExp):
            return self._choice(name, node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return not self.value(name, node.operand)
        return self._number(name, node)

    def _name(self, argument: str, node: ast.expr) -> object:
        code = ast.unparse(node)
        if code in self.known:
            return self.known[code]
        last = re.findall(r"\w+", code)[-1]
        meaning = argument
        if argument in ("input_size", "hidden_size", "num_layers"):
            meaning = next((one for words, one in MEANINGS if words.search(last)), argument)
        return self._assume(code, ASSUMED.get(meaning))

    def _assume(self, code: str, value: object) -> object:
        return self.assumed.setdefault(code, value)

    def _choice(self, name: str, node: ast.IfExp) -> object:
        """Return the side of `a if test else b` that the test takes with what is known."""
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            compare = COMPARISONS.get(type(test.ops[0]))
            if compare is not None:
                left = self._number("num_layers", test.left)
                right = self._number("num_layers", test.comparators[0])
                return self.value(name, node.body if compare(left, right) else node.orelse)
        return self._assume(ast.unparse(node), self.value(name, node.body))

    def _number(self, name: str, node: ast.expr) -> Number:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self._number(name, node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            left, right = self._number(name, node.left), self._number(name, node.right)
            return _result(OPERATORS[type(node.op)], left, right)
        if isinstance(node, ast.Call) and not _is_name(node):
            return self._rounded(name, node)
        found: object = node.value if isinstance(node, ast.Constant) else None
        if _is_name(node):
            found = self._name(name, node)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise NoValueError
        return found

    def _rounded(self, name: str, node: ast.Call) -> Number:
        """Return int(…) or round(…) of a number."""
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        if function not in ("int", "round") or len(node.args) != 1 or node.keywords:
            raise NoValueError
        try:
            return int(self._number(name, node.args[0]))
        except (OverflowError, ValueError) as error:  # of what is infinite or no number
            raise NoValueError from error


def _result(operation: Callable[[Number, Number], Number], left: Number, right: Number) -> Number:
    most = 10**MOST_DIGITS
    if max(abs(left), abs(right)) > most or (
        operation is operator.pow and abs(right) > MOST_DIGITS
    ):
        raise NoValueError
    try:
        found = operation(left, right)
    except (ArithmeticError, ValueError) as error:
        raise NoValueError from error
    if isinstance(found, complex) or abs(found) > most**2:
        raise NoValueError
    return found


def _is_name(node: ast.expr) -> bool:
    """Whether an expression is a name: n, self.n, config["n"], x.shape[-1], len(vocab)."""
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Attribute):
        return _is_name(node.value)
    if isinstance(node, ast.Subscript):
        at = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
        return _is_name(node.value) and isinstance(at, ast.Constant | ast.Name)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
        and not node.keywords
        and all(_is_name(one) or isinstance(one, ast.Constant) for one in node.args)
    )
