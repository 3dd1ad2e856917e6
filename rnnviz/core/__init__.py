"""Recurrent networks, and what can be computed from them; torch and NumPy only.

The letters, the same everywhere in rnnviz:

    T  time steps                     torch's documentation: L
    B  batch                          torch's documentation: N
    I  input_size                     torch's documentation: H_in
    H  hidden_size                    torch's documentation: H_cell, the width of c_t
    P  proj_size, or H where it is 0  torch's documentation: H_out, the width of h_t
    D  num_directions                 2 if bidirectional, else 1
    K  number of classes

Time comes first, (T, B, ·), everywhere in core. States are h and c, before the step h_prev and
c_prev. Gates are i, f, g, o (LSTM) and r, z, n (GRU), in the order of torch's rows: g is the
candidate of the cell state, n the candidate of the hidden state, and z = 1 keeps the old state.
Pre-activations are called a. Weights and options keep torch's names. Rows of a picture are counted
from 1 wherever a person reads them, from 0 in tensors.
"""
