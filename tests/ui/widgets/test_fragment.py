import re

from rnnviz.bench.draw import ROOT

OWN = "rnnviz/ui/widgets/fragment.py"
FLOOR = "rnnviz/bench/floor.py"  # measures Streamlit by itself


def test_every_fragment_is_one_that_keeps_its_place():
    files = [*(ROOT / "rnnviz").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    found = {
        file.relative_to(ROOT).as_posix()
        for file in files
        if re.search(r"\bst\.fragment\b(?!`)|experimental_fragment", file.read_text("utf-8"))
    }
    assert found - {FLOOR} == {OWN}
