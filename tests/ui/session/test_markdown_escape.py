from rnnviz.ui.session.markdown_escape import plain


def test_a_name_is_shown_as_it_was_written():
    assert plain("my *best* [run] $1 :smile:") == (r"my \*best\* \[run\] \$1 \:smile\:")
