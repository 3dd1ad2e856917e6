"""Tests of the curves' numbers in a browser."""

import numpy as np
import pytest

from rnnviz.ui.components.component_sources import source

PLAY = """async ({ code, values, most }) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { smooth } = await import(url);
  return [...smooth(Float32Array.from(values), most ?? Infinity)];
}"""


@pytest.fixture(scope="module")
def smooth(chromium):
    page = chromium.new_page()

    def smooth_(values, most):
        code = f"{source('ui/components/curves.js')}\nexport {{ smooth }};"
        sent = {"code": code, "values": [float(v) for v in values], "most": most}
        return np.array(page.evaluate(PLAY, sent))

    yield smooth_
    page.close()


def means(values, most):
    """Mean over the finite neighbors, those beyond `most` only where the value itself is."""
    reach = len(values) // 40
    found = []
    for n, value in enumerate(values):
        near = values[max(0, n - reach) : n + reach + 1].astype(np.float64)
        near = near[np.isfinite(near)]
        if most is not None and value <= most:
            near = near[near <= most]
        found.append(near.mean() if np.isfinite(value) else np.nan)
    return np.array(found)


@pytest.mark.parametrize("count", [0, 1, 39, 40, 1000])
@pytest.mark.parametrize("most", [None, 3.0])
def test_a_smoothed_curve_is_the_mean_over_the_neighbors(smooth, count, most):
    rng = np.random.default_rng(count)
    values = rng.uniform(0, 2.5, count).astype(np.float32)
    if most is not None:
        values[rng.random(count) < 0.05] = 1e30
    values[rng.random(count) < 0.05] = np.nan
    values[rng.random(count) < 0.02] = np.inf
    np.testing.assert_allclose(smooth(values, most), means(values, most), rtol=1e-5)
