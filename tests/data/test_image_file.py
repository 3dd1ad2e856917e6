import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from rnnviz.data import image_file, mnist_frame


def seven(mode="L", paper=255, pen=0, size=200):
    image = Image.new(mode, (size, size), paper)
    line = [(0.25 * size, 0.2 * size), (0.75 * size, 0.2 * size), (0.4 * size, 0.85 * size)]
    ImageDraw.Draw(image).line(line, fill=pen, width=size // 14)
    return image


def content(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def framed(read, index=None):
    return mnist_frame.frame(read.ink if index is None else read.ink_of(index)).frame.astype(int)


EXPECTED = framed(image_file.read(content(seven())))


def off(read, index=None):
    """How far the frame of a read picture is from the plain seven's, in grey values."""
    return np.abs(framed(read, index) - EXPECTED).mean()


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
    read = image_file.read(SAME[name])
    assert read.note == ""
    assert np.abs(framed(read) - EXPECTED).max() <= 40
    assert off(read) < 1


def test_a_cmyk_jpeg_is_read():
    assert off(image_file.read(content(seven().convert("CMYK"), "JPEG", quality=95))) < 4


def test_speckled_paper_is_no_ink():
    rng = np.random.default_rng(0)
    noisy = np.asarray(seven(size=400), float) * 0.7 + 40 + rng.normal(0, 6, (400, 400))
    read = image_file.read(content(Image.fromarray(noisy.clip(0, 255).astype(np.uint8))))
    assert off(read) < 6


def test_a_photograph_lying_on_its_side_is_turned():
    turned = seven().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn a quarter to the right
    assert off(image_file.read(content(turned, "JPEG", exif=exif, quality=95))) < 4


def test_a_large_picture_is_read_at_reduced_size():
    read = image_file.read(content(seven(size=4000)))
    assert max(read.ink.shape) <= image_file.READ_SIDE
    assert off(read) < 4


def test_of_an_animation_the_first_frame_is_read_and_said_so():
    frames = [seven(), Image.new("L", (200, 200), 255)]
    file = content(frames[0], "GIF", save_all=True, append_images=frames[1:])
    read = image_file.read(file)
    assert read.note == "The picture has 2 frames; the first was read."
    assert off(read) < 1


@pytest.mark.parametrize("tone", [0, 128, 255])
def test_an_empty_page_has_no_ink(tone):
    assert not image_file.read(content(Image.new("L", (100, 100), tone))).ink.any()


def lit(tones, fall=0.5, shadow=0.0):
    """Let light fall off to the right and down, and a shadow's soft edge cross the middle."""
    y, x = np.mgrid[0:1:200j, 0:1:200j]
    light = (1 - fall * (x + y) / 2) * (1 - shadow / (1 + np.exp(-(x - 0.5) * 30)))
    noise = np.random.default_rng(0).normal(0, 2.5, tones.shape)
    return Image.fromarray((tones * light + noise).clip(0, 255).astype(np.uint8))


def on_paper(paper=210, pen=60):
    return np.asarray(seven(paper=paper, pen=pen), float)


def boxed(inset, width=4):
    image = seven(paper=210, pen=60)
    far = 199 - inset
    ImageDraw.Draw(image).rectangle((inset, inset, far, far), outline=70, width=width)
    return image


def on_table(angle, tone):
    around = Image.new("L", (320, 300), tone)
    around.paste(seven(paper=210, pen=60), (70, 45))
    return around.rotate(angle, Image.Resampling.BICUBIC, fillcolor=tone)


def ruled(step, tone, squared=False):
    tones = on_paper()
    for row in range(7, 200, step):
        tones[row] = np.minimum(tones[row], tone)
        if squared:
            tones[:, row] = np.minimum(tones[:, row], tone)
    return tones


PHOTOS = {
    "light from one side": lit(on_paper(), 0.5),
    "a shadow": lit(on_paper(), 0.2, 0.4),
    "chalk in uneven light": lit(on_paper(60, 220), 0.4),
    "low contrast": lit(on_paper(190, 140), 0.3),
    "a box at the edge": boxed(0),
    "a box inside": boxed(9),
    "on a dark table": on_table(2, 40),
    "on a white table": on_table(0, 255).point(lambda v: v if v > 220 else v * 0.6),
    "ruled": lit(ruled(24, 120), 0.3),
    "squared": lit(ruled(18, 130, squared=True), 0.3),
    "red on green of one lightness": seven("RGB", (0, 128, 0), (252, 0, 0)),
    "yellow on white": seven("RGB", (250, 250, 250), (250, 235, 40)),
    "a strip at the right": Image.fromarray(
        np.pad(on_paper(), ((0, 0), (0, 12)), constant_values=30).astype(np.uint8)
    ),
    "large palette": seven(size=1600).convert("P"),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_a_seven_on_any_paper_in_any_light_gives_about_the_same_frame(name):
    found = image_file.read(content(PHOTOS[name]))
    assert len(found.digits) == 1
    assert off(found) < 12


BLANK = {
    "uneven light": lit(np.full((200, 200), 210.0), 0.5),
    "a shadow": lit(np.full((200, 200), 210.0), 0.3, 0.4),
    "ruled": lit(np.where(np.arange(200) % 24 == 7, 120.0, 210.0)[:, None] * np.ones(200)),
    "a speck": Image.fromarray(np.pad(np.zeros((3, 3), np.uint8), 100, constant_values=220)),
    "on a table": ImageOps.expand(Image.new("L", (200, 160), 220), 30, 50),
}


@pytest.mark.parametrize("name", BLANK)
def test_blank_paper_in_any_light_has_no_digit(name):
    found = image_file.read(content(BLANK[name]))
    assert found.digits == ()
    assert not found.ink.any()


def test_several_digits_come_from_left_to_right_and_the_largest_is_the_ink():
    page = Image.new("L", (600, 300), 255)
    page.paste(seven(size=120), (430, 100))
    page.paste(seven(size=220), (180, 40))
    page.paste(seven(size=120), (20, 60))
    ImageDraw.Draw(page).ellipse((560, 20, 568, 28), fill=0)  # a speck
    found = image_file.read(content(page))
    assert [box[0] // 100 for box in map(found.box, range(len(found.digits)))] == [0, 2, 4]
    assert found.largest == 1
    np.testing.assert_array_equal(found.ink, found.ink_of(1))
    assert max(off(found, index) for index in range(3)) < 12


def test_a_five_whose_top_is_detached_stays_one_digit():
    page = Image.new("L", (300, 300), 255)
    pen = ImageDraw.Draw(page)
    pen.line(
        [(110, 60), (105, 130), (160, 135), (185, 180), (150, 230), (95, 225)], fill=0, width=16
    )
    pen.line([(135, 55), (195, 55)], fill=0, width=16)
    found = image_file.read(content(page))
    assert len(found.digits) == 1
    left, top, width, _ = found.box(0)
    assert left + width >= 190
    assert top <= 52


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
        with pytest.raises(image_file.PictureError, match=words) as caught:
            image_file.read(given)
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(image_file.PictureError, match="cannot be read"):
        image_file.read(tmp_path / "none.png")


def test_damage_anywhere_in_a_file_never_escapes_as_another_error():
    rng = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"):
        whole = np.frombuffer(content(seven(size=60), kind), np.uint8)
        for _ in range(60):
            file = whole.copy()
            file[rng.integers(0, len(file), 4)] = rng.integers(0, 256, 4)
            try:
                image_file.read(file[: rng.integers(20, len(file) + 1)].tobytes())
            except image_file.PictureError:
                continue


def test_of_a_page_full_of_marks_the_largest_hundred_are_taken():
    page, step = Image.new("L", (720, 720), 235), 36
    draw = ImageDraw.Draw(page)
    for top in range(5, 720, step):
        for left in range(5, 720, step):
            draw.line([(left, top), (left + 20, top), (left + 9, top + 22)], fill=30, width=4)
    assert len(image_file.read(content(page)).digits) == 100
