from rnnviz.training import checkpoint
from rnnviz.ui import models


def test_damaged_weights_are_named_in_one_sentence(open_app, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "ASSETS", tmp_path)
    (tmp_path / "lstm-128.safetensors").write_bytes(b"not weights")
    models.embedded.cache_clear()
    try:
        at = open_app("draw")
        (error,) = at.error
        assert "lstm-128.safetensors is not a safetensors file" in error.value
    finally:
        models.embedded.cache_clear()
