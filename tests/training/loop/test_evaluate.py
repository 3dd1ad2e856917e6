import pytest
import torch

from rnnviz.core.config import ModelConfig
from rnnviz.data.mnist import rows
from rnnviz.training.loop import evaluate
from rnnviz.training.loop.evaluate import accuracy, accuracy_by_row, logits
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.store.checkpoint import embedded


@pytest.fixture
def model():
    return seeded_model(ModelConfig(hidden_size=16, num_layers=2, dropout=0.5), 0)


def test_logits_and_accuracy_are_those_of_a_plain_loop(model, digits):
    model.eval()
    right = 0
    for k, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        with torch.no_grad():
            one = model(rows(image[None]))[0]
        torch.testing.assert_close(logits(model, digits.images, batch_size=60)[k], one)
        right += int(one.argmax() == label)
    assert right > 0
    assert accuracy(model, digits, batch_size=60) == right / len(digits)


def test_the_model_is_left_as_found(model, digits):
    model.train()
    model.head.eval()
    flags = [module.training for module in model.modules()]
    state = torch.get_rng_state()
    first = accuracy(model, digits)
    assert [module.training for module in model.modules()] == flags
    assert torch.equal(torch.get_rng_state(), state), "dropout must have been off"
    assert accuracy(model, digits) == first
    assert all(p.grad is None and p.requires_grad for p in model.parameters())


def test_the_model_is_left_as_found_after_an_error_too(model, digits):
    model.train()
    with pytest.raises(RuntimeError):
        logits(model, digits.images[:, :, :20])
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("bidirectional", [False, True])
def test_accuracy_by_row_is_that_of_digits_cut_off_at_the_row(monkeypatch, bidirectional, digits):
    monkeypatch.setattr(evaluate, "STATES_AT_ONCE", 28 * 30)
    digits = digits[:70]
    config = ModelConfig(
        "gru", hidden_size=16, num_layers=2, dropout=0.5, bidirectional=bidirectional
    )
    model = seeded_model(config, 0)
    x = rows(digits.images)
    steps = list(accuracy_by_row(model, digits))
    assert model.training
    assert [step.read for step in steps] == [30, 60, 70]
    model.eval()
    for row in (0, 3, 27):
        with torch.no_grad():
            guesses = model(x[: row + 1]).argmax(1)
        assert steps[-1].right[row] == (guesses == digits.labels).sum()
        assert steps[0].right[row] == (guesses == digits.labels)[:30].sum()
        for digit in range(10):
            right = (guesses == digits.labels)[digits.labels == digit].sum()
            assert steps[-1].by_class[row, digit] == right
    assert torch.equal(steps[-1].labels, digits.labels.bincount(minlength=10))
    assert steps[-1].accuracy[-1].item() == accuracy(model, digits)


def test_a_trained_network_knows_more_the_more_it_has_read(test_digits):
    model, _ = embedded("rnn-128")
    *_, last = accuracy_by_row(model, test_digits[:500])
    assert last.accuracy[0] < 0.3
    assert last.accuracy[27] > 0.9
    assert (last.by_class <= last.labels).all()


def test_who_listens_to_the_accuracy_by_row_keeps_autograd(model, digits):
    for _ in accuracy_by_row(model, digits[:10]):
        assert not torch.is_inference_mode_enabled()
        assert torch.is_grad_enabled()


def test_no_digit_has_no_accuracy_by_row(model, digits):
    with pytest.raises(ValueError, match=r"^at least one digit must be read$"):
        next(accuracy_by_row(model, digits[:0]))
