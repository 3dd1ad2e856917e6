"""Static text of the Recurrence page: examples of sequences, and explanations of its terms."""

from __future__ import annotations

SEQUENCES = """
| where | x_t | T | B | I |
| --- | --- | --- | --- | --- |
| weather | what a station measures in one hour: temperature, pressure, wind, rain | hours looked \
back, e.g. 168 of a week | stations, or weeks | quantities measured, e.g. 6 |
| prices | one day of a share: open, high, low, close, volume | trading days, e.g. 250 of a year | \
shares, or years | 5 |
| words | the embedding of one word | words of the sentence, e.g. 20 | sentences | width of the \
embedding, e.g. 300 |
| speech, in pieces | 25 ms of sound as the strength of its frequencies, one every 10 ms | pieces, \
100 for each second | recordings | bands of frequency, e.g. 80 |
| an image, cut in pieces | one row of a digit, as everywhere on these pages; or a patch of \
16 × 16 pixels | 28 rows; 196 patches of 224 × 224 | pictures | 28 pixels; 768 numbers |
| the context of a language model | the embedding of one token, all that came before it | tokens \
in the context, 10³ to 10⁶ | conversations | width of the model, e.g. 4,096 |

Sequences of a batch have one T: shorter ones are padded, or packed with their lengths. The cell
knows neither T nor B: its weights are of the sizes I and H alone.
"""

MEANING = """
- **One cell**: h_t = f(U x_t + W h_{t−1} + b), o_t = V h_t + c, with h_0 = 0. torch's nn.RNN keeps
  b as two, bias_ih and bias_hh, which are added. The net that it is compared with has one hidden
  layer of as many units over all T·I inputs at once.
- **Spectral radius** ρ is the largest |eigenvalue| of W: in the long run a state without f grows
  or shrinks by ρ in each step. **σ**, the largest singular value, is what one step can do at most;
  σ ≥ ρ, and both are the same where W is orthogonal times a number.
- **‖∂h_t/∂x_s‖** is how much h after row t moves if row s is changed a little: the root mean square
  over all directions of x_s, along every path from s to t. Above 1 a change is larger when it
  arrives than when it was made.
- **Vanishing, kept, exploding**: what is left of row 1 in the last h, next to what the last row
  leaves there, is under 1/1000, between, or over 10.
- **Clipping** scales all gradients together so that their norm is at most the limit: the direction
  stays, the length does not.
- **In the link** is everything that is set here.
"""
