import errno
import os

import pytest

from rnnviz.training.store.os_error_text import unnamed, why

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


def test_a_file_that_is_open_elsewhere_on_windows_is_no_missing_right():
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    assert unnamed(error) == "the server has no right to its folder"

    class HeldError(PermissionError):
        winerror = 32

    held = HeldError(errno.EACCES, "The process cannot access the file")
    assert unnamed(held) == "another program has a file of it open"
