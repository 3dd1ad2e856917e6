"""Pen strokes on the pad of the Draw page, as a user draws them."""

import math

from tests.e2e.looks import settled


def ring(cx, cy, rx, ry, start=-90, turn=360, points=24):
    """Points on an ellipse, in degrees from the top if start is -90."""
    angles = [math.radians(start + turn * k / points) for k in range(points + 1)]
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


THREE = [
    ring(135, 95, 45, 45, start=-160, turn=230) + ring(135, 185, 50, 48, start=-80, turn=230),
]
ZERO = [ring(140, 140, 60, 85)]
SEVEN = [[(80, 70), (200, 70), (120, 220)]]
ONE = [[(140, 60), (140, 220)]]


def pad(page):
    canvas = page.locator("canvas.ink")
    canvas.wait_for(timeout=180_000)
    settled(page)
    return canvas


def draw(page, strokes, lift=True, steps=3):
    """Draw with the mouse; strokes are in units of the pad, 280 a side."""
    box = pad(page).bounding_box()
    scale = box["width"] / 280
    for n, stroke in enumerate(strokes):
        places = [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for x, y in places[1:]:
            page.mouse.move(x, y, steps=steps)
        if lift or n < len(strokes) - 1:
            page.mouse.up()
