"""Exported scripts from templates.

A template is a module of ours, linted and checked like any other, with a config block at its top,
between the lines `BEGIN` and `END`. `filled` turns it into a script that needs none of our code:

- The constants of the config block get the values of a run.
- An `if` whose condition names such constants alone is decided: its branch takes its place.
- What the template imports from rnnviz, be it a function, a class, a constant or a part of another
  template, is copied.
- Definitions, constants and imports that nothing uses are left out.

In the docstring and in the comments of the config block, `$word` is replaced by words of the run.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from string import Template
from urllib.parse import quote

from rnnviz.training.export.decided_branches import decided, names_in
from rnnviz.training.export.literals import WIDE, literal

BEGIN = "# --- config of the run ---"
END = "# --- end of the config ---"
IGNORED = r"  # type: ignore\S*"  # for our checks alone

Import = tuple[str, str, str]  # module, name in it or "" for the module itself, name here


def filled(
    template: str, config: Mapping[str, object], words: Mapping[str, str], link: str = ""
) -> str:
    """Return the script of a run.

    Args:
        template: Name of the template's module, which is read and not imported.
        config: Values of the constants in its config block and in those of the templates that it
            imports; there may be more.
        words: Texts that replace `$word`.
        link: Address of the run for a comment; quoted, so that it stays one line. "": none.

    Returns: Python source; the function `main` and its call are last.

    Raises:
        ValueError: If a constant has no value.
    """
    script = _Script(config)
    module = script.module(template)
    call = module.tree.body[-1]
    script.use(module, names_in(call))
    declared = {name for one in script.modules.values() for name in one.block}
    if missing := sorted(declared - config.keys()):
        raise ValueError(f"there are no values of {missing} in {template}")
    header = Template(ast.get_docstring(module.tree, clean=False) or "").substitute(words)
    origin = f"# Exported from {quote(link, safe=':/?&=#%@+,;~!*')}\n\n" if link else ""
    return (
        f'"""{header}"""\n\n{origin}{_import_block(script.imports)}\n\n{script.constants(words)}'
        f"{script.definitions()}\n\n{module.source_of(call)}\n"
    )


@dataclass(frozen=True, eq=False)
class _Module:
    """A module of ours, as lines and as a tree, with the conditions decided."""

    lines: list[str]
    tree: ast.Module

    @cached_property
    def imports(self) -> dict[str, Import]:
        """Imports by the name that they define."""
        found: dict[str, Import] = {}
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                found |= {alias.name: (alias.name, "", alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    name = alias.asname or alias.name
                    found[name] = (node.module or "", alias.name, name)
        return found

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        """Functions, classes and constants by name."""
        return {name: node for node in self.tree.body if (name := _defined(node))}

    @cached_property
    def block(self) -> list[str]:
        """Names of the constants in the config block."""
        if BEGIN not in self.lines:
            return []
        lines = range(self.lines.index(BEGIN) + 1, self.lines.index(END) + 1)
        return [name for name, node in self.definitions.items() if node.lineno in lines]

    def source_of(self, node: ast.stmt) -> str:
        """Return the lines of a statement, with its decorators and the comments above it."""
        return self.comments_above(node) + "\n".join(self.lines[_first(node) : node.end_lineno])

    def comments_above(self, node: ast.stmt) -> str:
        """Return the comments in the lines above a statement."""
        start = first = _first(node)
        while self.lines[start - 1].startswith("#") and self.lines[start - 1] not in (BEGIN, END):
            start -= 1
        return "".join(f"{line}\n" for line in self.lines[start:first])

    def comment_beside(self, node: ast.stmt) -> str:
        """Return the comment behind a statement."""
        return self.lines[(node.end_lineno or 0) - 1][node.end_col_offset :]


@dataclass(frozen=True, eq=False)
class _Script:
    """What a script consists of: modules by name, what is used of each, imports of others' code."""

    config: Mapping[str, object]
    modules: dict[str, _Module] = field(default_factory=dict)
    used: dict[str, ast.stmt] = field(default_factory=dict)
    imports: set[Import] = field(default_factory=set)

    def module(self, name: str) -> _Module:
        """Return a module of ours, read once."""
        if name not in self.modules:
            spec = find_spec(name)
            if spec is None or spec.origin is None:
                raise ValueError(f"there is no module {name}")
            source = re.sub(IGNORED, "", Path(spec.origin).read_text(encoding="utf-8"))
            source = decided(source, self.config)
            self.modules[name] = _Module(source.split("\n"), ast.parse(source))
        return self.modules[name]

    def use(self, module: _Module, names: Iterable[str]) -> None:
        """Add what names stand for in a module, and all that this uses in turn."""
        for name in names:
            node = module.definitions.get(name)
            if node is not None and name not in self.used:
                self.used[name] = node
                self.use(module, () if name in module.block else names_in(node))
            elif node is not None and self.used[name] is not node:
                raise ValueError(f"{name} is defined twice")
            elif name in module.imports:
                origin, original, _ = module.imports[name]
                if origin.split(".")[0] == "rnnviz":
                    self.use(self.module(origin), [original])
                else:
                    self.imports.add(module.imports[name])

    def constants(self, words: Mapping[str, str]) -> str:
        """Return the config, with its comments, as far as the script uses it."""
        lines = ""
        for module in self.modules.values():
            for name in module.block:
                if (node := module.definitions[name]) in self.used.values():
                    above, beside = module.comments_above(node), module.comment_beside(node)
                    above, beside = (Template(one).substitute(words) for one in (above, beside))
                    value = literal(self.config[name], WIDE - len(name) - 3)
                    lines += f"{above}{name} = {value}{beside}\n"
        return lines

    def definitions(self) -> str:
        """Return all other definitions: those of modules that are imported first, `main` last."""
        found = [
            (name, node, module.source_of(node))
            for module in reversed(self.modules.values())
            for name, node in module.definitions.items()
            if self.used.get(name) is node and name not in module.block
        ]
        found.sort(key=lambda one: one[0] == "main")
        text, near = "", True  # whether the line above is of a constant
        for _, node, source in found:
            constant = isinstance(node, ast.Assign | ast.AnnAssign)
            space = "\n\n" if not (constant and near) else "\n" if source.startswith("#") else ""
            text, near = f"{text}{space}{source}\n", constant
        return text


def _first(node: ast.stmt) -> int:
    """Return the number of a statement's first line, that of a decorator included, from 0."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _defined(node: ast.stmt) -> str:
    """Return the name that a statement defines, or ""."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _import_block(imports: Iterable[Import]) -> str:
    """Return imports as ruff sorts them: the standard library's, then the others."""
    standard = {one for one in imports if one[0].split(".")[0] in sys.stdlib_module_names}
    return "\n\n".join("\n".join(_import_lines(part)) for part in (standard, {*imports} - standard))


def _import_lines(imports: Iterable[Import]) -> Iterator[str]:
    yield from sorted(f"import {module}" for module, name, _ in imports if not name)
    for module in sorted({module for module, name, _ in imports if name}):
        named = sorted(
            (not name.isupper(), name[0].islower(), name, here)
            for origin, name, here in imports
            if origin == module and name
        )
        plain = [name for *_, name, here in named if name == here]
        if plain:
            yield f"from {module} import {', '.join(plain)}"
        yield from (f"from {module} import {n} as {h}" for *_, n, h in named if n != h)
