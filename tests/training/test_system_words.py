import errno
import os

import pytest

from rnnviz.training.system_words import unnamed, why

CODES = [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENOTDIR, errno.EISDIR, errno.EIO]


@pytest.mark.parametrize("code", CODES)
def test_what_the_system_refuses_is_said_without_its_path_and_logged_with_it(code, caplog):
    error = OSError(code, os.strerror(code), "/srv/secret/runs")
    told = why(error)
    assert told
    assert "secret" not in told
    assert "Errno" not in told
    assert "/srv/secret/runs" in caplog.text


def test_an_error_without_a_number_keeps_its_words_on_one_line():
    assert unnamed(OSError("the cluster\nis gone")) == "the cluster is gone"
    assert unnamed(ValueError("x must be\n 3")) == "x must be 3"
