"""NumPy cells: recurrent layers as functions on dataclass weights.

weights        the arrays of a layer, in the names, order and shapes of Keras
initialisers   fresh weights, drawn as Keras draws them
steps          one step of the simple recurrent layer, the LSTM and the GRU
unrolling      a layer over a whole sequence, with masks and initial states
fitting        arguments that fit the weights, or an error that says what does not

Inputs are `(batch, features)` or `(batch, timesteps, features)`, states `(batch, units)`.
Backward passes live in `rnncourse.bptt`, layouts and padding in `rnncourse.sequences`.
"""

from rnncourse.cells.initialisers import glorot_uniform, init_gru, init_lstm, init_rnn, orthogonal
from rnncourse.cells.steps import gru_gates, gru_step, lstm_gates, lstm_step, rnn_step, sigmoid
from rnncourse.cells.unrolling import Trace, forward, unroll
from rnncourse.cells.weights import Array, GRUWeights, LSTMWeights, Mask, RNNWeights, Weights

__all__ = [
    "Array",
    "GRUWeights",
    "LSTMWeights",
    "Mask",
    "RNNWeights",
    "Trace",
    "Weights",
    "forward",
    "glorot_uniform",
    "gru_gates",
    "gru_step",
    "init_gru",
    "init_lstm",
    "init_rnn",
    "lstm_gates",
    "lstm_step",
    "orthogonal",
    "rnn_step",
    "sigmoid",
    "unroll",
]
