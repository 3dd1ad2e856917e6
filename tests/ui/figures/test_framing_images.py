import base64
import io

import numpy as np
from PIL import Image

from rnnviz.data import mnist_frame
from rnnviz.ui.figures import framing_images


def stages():
    drawing = np.zeros((280, 280), np.float32)
    drawing[40:240, 30:70] = 1
    framing = mnist_frame.frame(drawing)
    return framing, framing_images.framing_stages(framing)


def test_the_four_stages_are_square_pictures_of_one_size():
    _, shown = stages()
    assert [picture.shape for _, picture in shown] == [(280, 294, 4)] * 4
    assert [caption[:1] for caption, _ in shown] == ["1", "2", "3", "4"]
    assert "40 × 200" in shown[1][0]
    assert "4 × 20" in shown[2][0]


def test_the_first_picture_marks_the_tight_box_of_the_ink():
    framing, ((_, picture), *_) = stages()
    top, left, bottom, right = framing.box
    for row, column in ((top - 1, 50), (bottom, 50), (100, left - 1), (100, right)):
        assert tuple(picture[row, column]) == framing_images.MARK


def test_the_last_picture_is_the_frame_ten_times_as_large():
    framing, shown = stages()
    picture = shown[-1][1]
    np.testing.assert_array_equal(picture[5::10, 5:280:10, 0], framing.frame)


def test_a_thumbnail_is_the_digit_twice_as_large_with_clear_room_at_its_right(test_digits):
    frame = test_digits.images[0].numpy()
    picture = framing_images.thumbnail(frame)
    assert picture.shape == (56, 63, 4)
    assert picture.dtype == np.uint8
    for y in (0, 1):
        for x in (0, 1):
            for channel in range(3):
                np.testing.assert_array_equal(picture[y::2, x:56:2, channel], frame)
    assert (picture[:, :56, 3] == 255).all()
    assert (picture[:, 56:] == 0).all()


def test_an_address_holds_the_picture_itself(test_digits):
    picture = framing_images.thumbnail(test_digits.images[0].numpy())
    kind, content = framing_images.data_url(picture).split(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        np.testing.assert_array_equal(np.asarray(image), picture)
