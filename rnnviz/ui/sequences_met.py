"""Where sequences are met, in one table."""

from __future__ import annotations

TABLE = """
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
