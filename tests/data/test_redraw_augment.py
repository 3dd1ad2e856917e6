from dataclasses import replace

import pytest
import torch

from rnnviz.data.mnist import Digits
from rnnviz.data.redraw_augment import Hand, vary
from rnnviz.data.skeleton import UNITS_PER_PIXEL, Skeletons, map_index, skeletons, thin
from rnnviz.data.stroke_variants import Habits

WILD = Hand(
    redrawn=0.5,
    rotation=20.0,
    shear=0.4,
    aspect=0.3,
    warp=0.8,
    resize=0.05,
    shift=0.8,
    contrast=0.5,
    boldness=0.5,
    habits=Habits(0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
)
PEN_ONLY = Hand(redrawn=1.0, pen=(2.0, 2.0))


@pytest.fixture(scope="module")
def bones(digits):
    return skeletons(digits.images)


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def written(digits, bones, hand, which=None, seed=0):
    """Write those digits that are `which`, as float pictures 0…1."""
    if which is not None:
        keep = digits.labels == which
        digits, bones = digits[keep], bones[keep]
    return vary(digits, bones, hand, chance(seed)).images.float() / 255


def centres(images):
    """Return the centres of mass (x, y) of pictures (N, 28, 28), in pixels from the corner."""
    line = torch.arange(28) + 0.5
    total = images.sum((1, 2))
    x = (images.sum(1) * line).sum(1) / total
    return torch.stack([x, (images.sum(2) * line).sum(1) / total], -1)


def longest_sides(images):
    """Return the longer side of the box of each picture's ink; faint edges count in part."""
    sides = [images.amax(axis).sum(1) for axis in (1, 2)]
    return torch.maximum(*sides)


def test_pictures_keep_their_shape_and_type_and_the_digits_their_labels(digits, bones):
    new = vary(digits, bones, WILD, chance())
    assert new.images.shape == digits.images.shape
    assert new.images.dtype == torch.uint8
    assert torch.equal(new.labels, digits.labels)


def test_every_picture_has_ink_and_black_in_its_corner(digits, bones):
    images = written(digits, bones, WILD)
    assert (images.amax((1, 2)) > 0.5).all()
    assert (images[:, 0, 0] == 0).all()


def test_all_zeros_leave_a_digit_as_it_is(digits, bones):
    assert torch.equal(vary(digits, bones, Hand(), chance()).images, digits.images)


def test_the_same_seed_writes_the_same_pictures_and_another_seed_others(digits, bones):
    first, again, other = (vary(digits, bones, WILD, chance(s)).images for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert (first != other).flatten(1).any(1).all()


def test_writing_does_not_touch_the_chance_of_torch_nor_what_it_starts_from(digits, bones):
    state, before = torch.get_rng_state(), digits.images.clone()
    vary(digits, bones, WILD, chance())
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(digits.images, before)


def test_digits_drawn_anew_have_a_longest_side_of_20_pixels(digits, bones):
    thin_enough = bones.width < 3
    turned = replace(PEN_ONLY, rotation=20.0, shear=0.4, aspect=0.3)
    for hand in (PEN_ONLY, turned, replace(turned, warp=0.8)):
        sides = longest_sides(written(digits, bones, hand))[thin_enough]
        assert (sides - 20).abs().mean() < 0.5
        assert (sides - 20).abs().quantile(0.95) < 1.5


def test_digits_drawn_anew_have_their_centre_of_mass_where_mnist_has_it(digits, bones):
    thin_enough = bones.width < 3
    hand = replace(PEN_ONLY, rotation=20.0, shear=0.4, warp=0.8)
    found = centres(written(digits, bones, hand))[thin_enough]
    assert (found - 14.5).abs().quantile(0.95) < 0.75
    expected = centres(digits.images.float()).mean(0)
    assert torch.allclose(expected, torch.tensor([14.5, 14.5]), atol=0.1)
    assert torch.allclose(found.mean(0), expected, atol=0.2)


def test_an_added_stroke_is_framed_with_its_digit(digits, bones):
    hand = replace(PEN_ONLY, habits=Habits(slash=1.0, foot=1.0, flag=1.0))
    for digit in (0, 1):
        images = written(digits, bones, hand, digit)
        assert (longest_sides(images) - 20).abs().median() < 0.6
        assert (centres(images) - 14.5).abs().median() < 0.4


def test_a_thicker_pen_leaves_more_ink_in_proportion(digits, bones):
    ink = [
        written(digits, bones, replace(PEN_ONLY, pen=(w, w)))[bones.width < 3].sum((1, 2)).mean()
        for w in (1.0, 2.0, 3.0)
    ]
    assert ink[1] / ink[0] == pytest.approx(2.0, abs=0.25)
    assert ink[2] / ink[0] == pytest.approx(3.0, abs=0.6)


def test_a_drawn_line_is_as_wide_as_the_pen(digits, bones):
    lines = upright(100, 8)
    for width in (1.0, 2.0, 3.3):
        hand = replace(PEN_ONLY, pen=(width, width), shift=1.0)
        middle_rows = written(lines, skeletons(lines.images), hand)[:, 14]
        # The stored distances are a grid: between its points a line's middle is a little faint.
        assert middle_rows.sum(1).mean().item() == pytest.approx(width, abs=0.15)


def test_very_bold_digits_are_never_drawn_anew(digits, bones):
    bold = bones.width > 3.5
    assert bold.sum() > 10
    assert torch.equal(vary(digits, bones, PEN_ONLY, chance()).images[bold], digits.images[bold])


def test_a_slash_puts_ink_into_the_hole_of_a_zero(digits, bones):
    hole = (slice(None), slice(12, 17), slice(12, 17))
    hand = replace(PEN_ONLY, pen=(1.5, 1.5))
    empty = written(digits, bones, hand, 0)[hole]
    slashed = written(digits, bones, replace(hand, habits=Habits(slash=1.0)), 0)[hole]
    assert empty.sum((1, 2)).median() < 0.5
    assert (slashed.sum((1, 2)) > 2).float().mean() > 0.9


@pytest.mark.parametrize(
    ("digit", "habits", "part"),
    [
        (1, Habits(flag=1.0), slice(0, 14)),
        (1, Habits(foot=1.0), slice(20, 28)),
        (7, Habits(bar=1.0), slice(11, 18)),
        (7, Habits(serif=1.0), slice(5, 14)),
    ],
)
def test_each_habit_adds_ink_where_it_belongs_and_to_its_digit_only(
    digits, bones, digit, habits, part
):
    hand = replace(PEN_ONLY, pen=(1.5, 1.5))
    without = written(digits, bones, hand)
    with_it = written(digits, bones, replace(hand, habits=habits))
    others = digits.labels != digit
    assert torch.equal(without[others], with_it[others])
    more = (with_it - without)[~others][:, part].sum((1, 2))
    assert more.mean() > 1.0


def upright(count, label):
    image = torch.zeros(count, 28, 28, dtype=torch.uint8)
    image[:, 4:24, 13:15] = 255
    return Digits(image, torch.full((count,), label))


def test_the_flag_of_a_one_is_at_the_left_of_its_top():
    ones = upright(200, 1)
    hand = replace(PEN_ONLY, habits=Habits(flag=1.0))
    seen = 0
    for picture in written(ones, skeletons(ones.images), hand):
        bottom_row = picture[21]
        stem = (bottom_row * torch.arange(28)).sum() / bottom_row.sum()
        left, right = picture[:, : int(stem) - 1], picture[:, int(stem) + 4 :]
        seen += int(left[:18].sum() > 0.5)
        assert right.sum() == 0
        assert left[20:].sum() == 0
    assert seen > 150, "only short steep flags may hide behind the stem"


def test_a_tail_is_short_and_any_digit_may_have_it(digits, bones):
    hand = replace(PEN_ONLY, pen=(1.5, 1.5))
    plain = written(digits, bones, hand)
    tailed = written(digits, bones, replace(hand, habits=Habits(tail=1.0)))
    thin_enough = bones.width < 3
    more = (tailed - plain)[thin_enough].abs().sum((1, 2))
    assert (more > 0).float().mean() > 0.95
    assert {*digits.labels[thin_enough][more > 1].tolist()} == set(range(10))
    length = bones.length[thin_enough] * 1.5  # of the ink, in pixels
    assert (tailed[thin_enough].sum((1, 2)) / length).mean() == pytest.approx(1.0, abs=0.15)


def test_a_habit_is_a_share_of_a_digits_writers():
    sevens = upright(1000, 7)
    bones = skeletons(sevens.images)
    plain = written(sevens, bones, PEN_ONLY)
    barred = written(sevens, bones, replace(PEN_ONLY, habits=Habits(bar=0.3)))
    assert (plain != barred).flatten(1).any(1).float().mean() == pytest.approx(0.3, abs=0.05)


def test_a_turn_goes_both_ways_and_no_farther_than_it_may():
    lines = upright(400, 8)
    slopes = []
    for picture in written(lines, skeletons(lines.images), Hand(rotation=20.0)):
        rows, columns = picture.nonzero().float().unbind(1)
        rows, columns = rows - rows.mean(), columns - columns.mean()
        slopes.append((rows * columns).sum() / (rows * rows).sum())
    degrees = torch.stack(slopes).atan().rad2deg()
    assert degrees.abs().max() < 21
    assert degrees.min() < -12
    assert degrees.max() > 12
    assert degrees.mean().abs() < 1.5


def test_the_first_pictures_do_not_depend_on_how_many_follow(digits, bones):
    whole = vary(digits, bones, WILD, chance(), chunk=200).images[:200]
    assert torch.equal(whole, vary(digits[:200], bones[:200], WILD, chance(), chunk=200).images)


def test_thinning_leaves_a_line_one_step_wide_and_keeps_a_ring_closed():
    marks = torch.zeros(2, 30, 30, dtype=torch.bool)
    marks[0, 5:25, 10:17] = True
    y, x = torch.meshgrid(torch.arange(30) - 15, torch.arange(30) - 15, indexing="ij")
    radius = (y**2 + x**2).float().sqrt()
    marks[1] = (radius > 6) & (radius < 12)
    bar, ring = thin(marks)
    assert bar.sum(1).max() == 1
    assert bar.sum() >= 12
    # A closed ring: none of its cells can be left out without opening it, and all have two others.
    neighbours = torch.nn.functional.conv2d(
        ring[None, None].float(), torch.ones(1, 1, 3, 3), padding=1
    )[0, 0][ring]
    assert (neighbours >= 3).all()
    assert not ring[15, 15]
    assert 2 * 3.14 * 6 * 0.8 < ring.sum() < 2 * 3.14 * 12


def test_thinning_more_than_63_pictures_at_once_is_thinning_each():
    marks = torch.rand((130, 12, 12), generator=chance()) < 0.6
    assert torch.equal(thin(marks), torch.cat([thin(one[None]) for one in marks]))


def test_distances_to_a_skeleton_are_euclidean(digits):
    bones = skeletons(digits.images[:20])
    fine = torch.stack(torch.meshgrid(torch.arange(56), torch.arange(56), indexing="xy"), -1)
    places = (2 * fine + 0.5) / 4  # of the map's cells, in pixels
    assert torch.allclose(map_index(places), fine.float())
    for k in range(20):
        far = torch.cdist(places.view(-1, 2), bones.points[k]).amin(1).view(56, 56)
        stored = bones.distance[k].float() / UNITS_PER_PIXEL
        # The points are a sample of the skeleton, so they are never nearer than it.
        assert (stored <= far.clamp(max=255 / UNITS_PER_PIXEL) + 0.01).all()
        assert (far - stored)[stored < 3].mean() < 0.15


def test_the_width_of_a_line_is_found():
    image = torch.zeros(3, 28, 28, dtype=torch.uint8)
    for k, width in enumerate((2, 3, 4)):
        image[k, 4:24, 12 : 12 + width] = 255
    assert torch.allclose(skeletons(image).width, torch.tensor([2.0, 3.0, 4.0]), rtol=0.2)


def test_an_empty_picture_has_a_skeleton_and_stays_empty():
    image = torch.zeros(2, 28, 28, dtype=torch.uint8)
    bones = skeletons(image)
    assert isinstance(bones, Skeletons)
    empty = Digits(image, torch.tensor([0, 1]))
    assert not vary(empty, bones, Hand(rotation=20.0, warp=1.0), chance()).images.any()
