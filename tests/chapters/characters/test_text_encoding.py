"""Tests of the detection of a text file's encoding."""

import codecs
import random

import pytest

from rnnviz.chapters.characters.text_encoding import MOST_BYTES, decode
from rnnviz.chapters.characters.vocabulary import raven

POEMS = (
    "床前明月光，疑是地上霜。举头望明月，低头思故乡。\n"
    "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。\n"
    "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。\n"
)
TEXTS = {
    "poems": POEMS,
    "one line": "白日依山尽",
    "no punctuation": "白日依山尽黄河入海流",
    "english": raven(),
    "mixed": "RNN 是 recurrent 网络\n",
    "japanese": "ゆく河の流れは絶えずして、しかももとの水にあらず。\n",
    "russian": "Мой дядя самых честных правил\n",
    "greek": "μῆνιν ἄειδε θεὰ\n",
    "korean": "안녕하세요 세계\n",
    "digits": "123\t456\n",
    "emoji": "😀 ok\n",
    "rare": "为底胡姬酒，长来白鼻䯄。摘莲抛水上\n",
}
CODECS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030",
}
MARKED = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32"}


@pytest.mark.parametrize("codec", [*CODECS, *MARKED])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_comes_back_from_every_encoding_without_its_mark(name, codec):
    content = TEXTS[name].encode(codec)
    found = decode(content)
    assert found.text == TEXTS[name]
    if TEXTS[name].isascii() and codec == "gb18030":  # the bytes are the same
        assert found.encoding == "UTF-8"
    elif codec in MARKED:
        assert found.encoding == f"{MARKED[codec]} (with a byte order mark)"
    else:
        assert found.encoding == CODECS[codec]


@pytest.mark.parametrize("codec", CODECS)
def test_most_pieces_of_poems_are_told_apart_and_all_of_some_length_are(codec):
    draw = random.Random(0)
    for length, most in ((6, 2), (12, 0), (40, 0)):
        pieces = [POEMS[n : n + length] for n in (draw.randrange(30) for _ in range(60))]
        assert sum(decode(piece.encode(codec)).text != piece for piece in pieces) <= most


def test_a_big_endian_mark_is_read_too():
    assert decode(codecs.BOM_UTF16_BE + "ab\n".encode("utf-16-be")).text == "ab\n"


def test_the_first_line_that_is_not_blank_is_returned_and_lines_end_in_one_way():
    found = decode(b"\r\n  \r\n one \rtwo\r\n")
    assert found.first_line == "one"
    assert found.text == "\n  \n one \ntwo\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t", "the file is empty"),
        (codecs.BOM_UTF8, "the file is empty"),
        (codecs.BOM_UTF16_LE, "the file is empty"),
        (b"a" * (MOST_BYTES + 1), "1,048,577 bytes; at most 1,048,576"),
        (codecs.BOM_UTF8 + b"\xff\xfe\xff", "begins as UTF-8 does, but is no UTF-8 further on"),
        ("Füße über Straßen älter\n".encode("latin-1"), "save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x1c\0\0\0\x1c\x08\0\0\0\0Wf\x80H\0", "save it as"),
        (random.Random(1).randbytes(4000), "save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(content, words):
    with pytest.raises(ValueError, match=words):
        decode(content)


def test_a_file_of_the_largest_size_is_read():
    assert len(decode(b"a" * MOST_BYTES).text) == MOST_BYTES
