import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from rnnviz.data import ink, picture


def seven(mode="L", paper=255, pen=0, size=200):
    image = Image.new(mode, (size, size), paper)
    line = [(0.25 * size, 0.2 * size), (0.75 * size, 0.2 * size), (0.4 * size, 0.85 * size)]
    ImageDraw.Draw(image).line(line, fill=pen, width=size // 14)
    return image


def content(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


EXPECTED = ink.frame(picture.read(content(seven())).ink).frame


def sixteen_bit():
    return Image.fromarray((np.asarray(seven()).astype(np.uint16)) * 257)


def ink_in_alpha(pen):
    alpha = Image.eval(seven(), lambda value: 255 - value)
    image = Image.new("RGBA", alpha.size, (pen, pen, pen, 0))
    image.putalpha(alpha)
    return image


SAME = {
    "dark on light": content(seven()),
    "light on dark": content(seven(paper=0, pen=255)),
    "grey on grey": content(seven(paper=180, pen=90)),
    "palette": content(seven().convert("P")),
    "one bit": content(seven().convert("1")),
    "16 bit": content(sixteen_bit()),
    "CMYK": content(seven().convert("CMYK"), "TIFF"),
    "black ink on nothing": content(ink_in_alpha(0)),
    "white ink on nothing": content(ink_in_alpha(255)),
    "transparent palette": content(ink_in_alpha(0).quantize(8)),
    "float": content(Image.fromarray(np.asarray(seven(), np.float32) / 255), "TIFF"),
    "colour": content(seven("RGB", (250, 245, 230), (20, 40, 160))),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_seven_in_any_dress_gives_the_same_frame(name):
    read = picture.read(SAME[name])
    assert read.note == ""
    framed = ink.frame(read.ink).frame
    assert np.abs(framed.astype(int) - EXPECTED).max() <= 40
    assert np.abs(framed.astype(int) - EXPECTED).mean() < 1


def test_a_cmyk_jpeg_is_read():
    framed = ink.frame(picture.read(content(seven().convert("CMYK"), "JPEG", quality=95)).ink).frame
    assert np.abs(framed.astype(int) - EXPECTED).mean() < 4


def test_speckled_paper_is_no_ink():
    rng = np.random.default_rng(0)
    noisy = np.asarray(seven(size=400), float) * 0.7 + 40 + rng.normal(0, 6, (400, 400))
    read = picture.read(content(Image.fromarray(noisy.clip(0, 255).astype(np.uint8))))
    framed = ink.frame(read.ink).frame
    assert np.abs(framed.astype(int) - EXPECTED).mean() < 6


def test_a_photograph_lying_on_its_side_is_turned():
    turned = seven().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn a quarter to the right
    file = content(turned, "JPEG", exif=exif, quality=95)
    framed = ink.frame(picture.read(file).ink).frame
    assert np.abs(framed.astype(int) - EXPECTED).mean() < 4


def test_a_large_picture_is_read_at_reduced_size():
    read = picture.read(content(seven(size=4000)))
    assert max(read.ink.shape) <= picture.READ_SIDE
    framed = ink.frame(read.ink).frame
    assert np.abs(framed.astype(int) - EXPECTED).mean() < 4


def test_of_an_animation_the_first_frame_is_read_and_said_so():
    frames = [seven(), Image.new("L", (200, 200), 255)]
    file = content(frames[0], "GIF", save_all=True, append_images=frames[1:])
    read = picture.read(file)
    assert read.note == "The picture has 2 frames; the first was read."
    assert np.abs(ink.frame(read.ink).frame.astype(int) - EXPECTED).mean() < 1


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_an_empty_page_has_no_ink(tone):
    assert not picture.read(content(Image.new("L", (100, 100), tone))).ink.any()


def bomb():
    # 12,000 × 12,000, as a file of a few kilobytes.
    return content(Image.new("1", (12_000, 12_000)))


BAD = {
    "no picture": (b"this is text, not a picture", "not a picture"),
    "nothing": (b"", "empty"),
    "cut short": (content(seven())[:300], "damaged or cut short"),
    "1 × 1": (content(Image.new("L", (1, 1))), "too few"),
    "12,000 × 12,000": (bomb(), "12,000 × 12,000"),
    "over 10 MB": (content(seven()) + bytes(11 * 2**20), "at most 10 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_refused_in_one_sentence(name, tmp_path):
    file, words = BAD[name]
    path = tmp_path / "picture.png"
    path.write_bytes(file)
    for given in (file, path):
        with pytest.raises(picture.PictureError, match=words) as caught:
            picture.read(given)
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(picture.PictureError, match="cannot be read"):
        picture.read(tmp_path / "none.png")


def test_damage_anywhere_in_a_file_never_escapes_as_another_error():
    rng = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"):
        whole = np.frombuffer(content(seven(size=60), kind), np.uint8)
        for _ in range(60):
            file = whole.copy()
            file[rng.integers(0, len(file), 4)] = rng.integers(0, 256, 4)
            try:
                picture.read(file[: rng.integers(20, len(file) + 1)].tobytes())
            except picture.PictureError:
                continue
