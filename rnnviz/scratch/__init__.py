"""Recurrent networks from scratch: NumPy alone, short, numerically equal to PyTorch.

`rnn` is the forward and the backward pass of a plain RNN written out, `tensor` a small autograd,
`nn` its layers and losses, `optim` SGD and Adam. Nothing here knows torch or the rest of rnnviz.
"""
