"""Static tests of the source: untrusted input is never executed and never becomes markup."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    [*(ROOT / "rnnviz").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
)
SCRIPTS = sorted((ROOT / "rnnviz").rglob("*.js"))

# Modules that run or build whatever a file says.
UNPACKERS = {"pickle", "dill", "marshal", "shelve", "cloudpickle", "joblib"}
RUNNERS = {"eval", "exec", "__import__"}
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function|\beval\(|srcdoc"
    r"|DOMParser|createContextualFragment|javascript:"
)


def short(path):
    return path.relative_to(ROOT).as_posix()


def faults(code):
    """Lines of Python that run or build what they are given, with a word on each."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found = {str(name).partition(".")[0] for name in names} & UNPACKERS
            if found:
                yield node.lineno, f"imports {', '.join(sorted(found))}"
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(node):
    name = ast.unparse(node.func)
    named = {key.arg: ast.unparse(key.value) for key in node.keywords}
    if name in RUNNERS or (isinstance(node.func, ast.Name) and name == "compile"):
        yield node.lineno, name
    if name == "torch.load" and named.get("weights_only") != "True":
        yield node.lineno, "torch.load without weights_only=True"
    if name in ("pickle.load", "pickle.loads", "pickle.Unpickler"):
        yield node.lineno, name
    if name.endswith("np.load") and named.get("allow_pickle", "False") != "False":
        yield node.lineno, "np.load with allow_pickle"
    if named.get("shell", "False") != "False" or name in ("os.system", "os.popen"):
        yield node.lineno, "a shell"
    for flag in ("unsafe_allow_html", "unsafe_allow_javascript"):
        if flag in named:
            yield node.lineno, flag


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "eval(x)",
        "exec(x)",
        "compile(x, '', 'exec')",
        "torch.load(x)",
        "torch.load(x, weights_only=False)",
        "np.load(x, allow_pickle=True)",
        "subprocess.run(x, shell=True)",
        "os.system(x)",
        "st.markdown(x, unsafe_allow_html=True)",
    ],
)
def test_each_of_these_would_be_seen(code):
    assert len(list(faults(code))) == 1


def test_nothing_is_run_or_unpacked_that_somebody_else_wrote():
    found = [
        f"{short(path)}:{line} {what}"
        for path in SOURCES
        for line, what in faults(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_component_makes_markup_of_what_it_is_given():
    assert MARKUP.search("a.innerHTML = b")
    assert len(SCRIPTS) > 20
    found = [short(path) for path in SCRIPTS if MARKUP.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_only_html_of_a_page_is_a_style_of_numbers():
    calls = [
        ast.unparse(node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".html", ".iframe"))
    ]
    assert len(calls) == 1
    assert "<style>{WIDE.format(least=AXIS_PX *" in calls[0]


def config():
    return tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))


def test_the_server_keeps_other_sites_out():
    server = config()["server"]
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert server["corsAllowedOrigins"] == []
    assert config()["client"]["showErrorDetails"] == "none"


def test_the_server_takes_no_more_than_its_doors_read():
    from rnnviz.data import image_file
    from rnnviz.training import recording, uploaded_weights
    from rnnviz.training.jobs.server_limits import Bounds

    server = config()["server"]
    # No uploader lets through more than this, whatever it says itself.
    assert server["maxUploadSize"] == Bounds().upload_mb
    assert image_file.MAX_BYTES < recording.MOST_BYTES
    assert recording.MOST_BYTES <= uploaded_weights.MOST_BYTES == Bounds().upload_mb * 1_000_000
    # What comes in one message is a drawing at most, what goes out a recording.
    assert recording.MOST_BYTES < server["maxMessageSize"] * 1_000_000 <= 100_000_000


def test_each_setting_of_the_server_says_why():
    text = (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")
    block = text.partition("[server]")[2].partition("\n[")[0]
    lines = [line for line in block.splitlines() if "=" in line.partition("#")[0]]
    assert len(lines) == len(config()["server"])
    assert all(len(line.partition("#")[2]) > 10 for line in lines)
