"""Tests of backward() and step() inside the loop over characters, with torch's errors."""

from rnnviz.chapters.characters import backward_in_loop as mistakes


def test_a_step_inside_the_loop_fails_as_torch_says():
    attempt = mistakes.tried(mistakes.step_in_the_loop)
    assert "backward through the graph a second time" in attempt.error
    assert (attempt.said, attempt.reach) == ("", None)


def test_retaining_the_graph_only_brings_the_next_error():
    attempt = mistakes.tried(mistakes.step_with_the_graph_retained)
    assert "modified by an inplace operation" in attempt.error


def test_detached_it_runs_and_the_loss_reaches_back_to_nothing():
    cut = mistakes.tried(mistakes.step_with_h_detached)
    whole = mistakes.tried(mistakes.step_after_the_loop)
    assert cut.error == whole.error == ""
    assert len(cut.said) == len(whole.said) == 5
    assert cut.reach == 0
    assert whole.reach > 0


def test_what_is_shown_is_what_is_run_but_for_what_is_for_mypy():
    source = mistakes.tried(mistakes.step_in_the_loop).source
    assert "loss.backward()\n" in source
    assert "type:" not in source
