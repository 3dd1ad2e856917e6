"""Session keys of the Recurrence page."""

from __future__ import annotations

CELL, ACTIVATIONS = "cell_view", "activations"  # components: the cell, what f does
LENGTH, RHO = "length", "rho"  # of the sequence; spectral radius of the cell left to itself
READ_AS, LEARNT = "read_as", "learnt"  # the order in which a digit is read, and was learnt
ORDER_VIEW = "order_view"  # the component of the orders
NETWORKS, RADIUS, DRAW, FORGET = "networks", "radius", "draw", "forget"  # whose memory fades
FADING, CLIPPING = "fading", "clipping"  # components: what is left, steps with and without clipping
STEP_RADIUS, STEP_F = "step_radius", "step_f"  # of the network that is trained
LIVE_SPAN, SPAN, SPAN_LOSS = "live_span", "span", "span_loss"  # of the memory span: its charts
SPAN_AGAINST = "span_against"  # and that of what was measured
