"""Comparison of exported notebooks with their scripts, and their execution as Jupyter does it."""

import argparse
import ast
import json
import os
import subprocess
import sys

import nbformat

from rnnviz.training.export.notebook import file_name, notebook


def code(script, name="train.py"):
    """Return the source of each code cell of a script's notebook."""
    content = notebook(script, name)
    assert notebook(script, name) == content
    found = nbformat.reads(content, as_version=4)
    nbformat.validate(found)
    assert not any(cell.get("outputs") for cell in found.cells)
    return [cell.source for cell in found.cells if cell.cell_type == "code"]


def text(script, name="train.py"):
    """Return the text cells of a script's notebook."""
    found = nbformat.reads(notebook(script, name), as_version=4)
    return [cell.source for cell in found.cells if cell.cell_type == "markdown"]


def assert_is_the_script(script, name="train.py"):
    """Assert that a notebook has each statement of its script, the texts, and the same defaults."""
    cells = code(script, name)
    assert all(cell and cell == cell.strip("\n") for cell in cells)
    written = ast.parse("\n".join(cells))
    module, texts = ast.parse(script), text(script, name)
    main = next(node for node in module.body if getattr(node, "name", "") == "main")
    read = [ast.unparse(node) for node in main.body].index("args = parser.parse_args()")
    expected = module.body[1 : module.body.index(main)]
    for node in expected:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert f"## `{node.name}`\n\n{ast.get_docstring(node)}" in texts
            del node.body[0]
    expected += [next(n for n in written.body if is_namespace(n)), *main.body[read + 1 :]]
    assert [ast.unparse(node) for node in written.body] == [ast.unparse(node) for node in expected]
    comments = {line.strip() for line in script.split("\n") if line.lstrip().startswith("# ")}
    lines = {line.strip() for cell in cells for line in cell.split("\n")}
    assert {line for line in comments - lines if "Exported from" not in line} == set()
    assert defaults(module, main.body[1:read]) == defaults(module, [], written)


def is_namespace(node):
    return isinstance(node, ast.Assign) and ast.unparse(node).startswith("args = ")


def defaults(module, parser, written=None):
    """Return the options and their defaults: of the script's own parser, or of the notebook."""
    numbers = [n for n in module.body if isinstance(n, ast.Assign) and literal(n.value)]
    added = [n for n in written.body if is_namespace(n)] if written else parser
    space = {"argparse": argparse, "Path": str}
    exec(compile(ast.Module([*numbers, *added], []), "options", "exec"), space)
    return vars(space["args"] if written else space["parser"].parse_args([]))


def literal(node):
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def execute(script, folder, name="train.py", **options):
    """Run a notebook with some of its options set, by nbconvert, and return what it printed."""
    content = notebook(script, name)
    for option, value in options.items():
        line = next(line for line in content.split("\n") if f'"    {option}=' in line)
        default = line.split("=")[1].split(", ")[0]
        content = content.replace(line, line.replace(default, json.dumps(value)[1:-1], 1))
    (folder / file_name(name)).write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    jupyter = {"HOME": str(folder), "PYTHONPATH": ""}
    done = subprocess.run(
        [*command, file_name(name)],
        cwd=folder,
        env=os.environ | jupyter,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ran = nbformat.read(folder / file_name(name), as_version=4)
    outputs = [part for cell in ran.cells for part in cell.get("outputs", [])]
    assert {part.get("name") for part in outputs} == {"stdout"}
    return "".join(part.text for part in outputs)
