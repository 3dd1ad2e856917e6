import pytest
import torch

from rnnviz.core.config import ModelConfig
from rnnviz.data.mnist import rows
from rnnviz.training.evaluate import accuracy, logits
from rnnviz.training.loop import seeded_model


@pytest.fixture(scope="module")
def digits(training_digits):
    return training_digits[:250]


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
