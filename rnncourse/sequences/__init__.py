"""Sequences as arrays: how they lie, are cut, padded and passed through a layer.

layouts    batch-major and time-major, images as sequences of rows
windows    pieces of a long series, for forecasting and for truncated backpropagation
padding    sequences of different lengths: padding, masks, the last valid step, EOS
shapes     the four uses of a recurrent layer: what goes in, what is taken out

A sequence is `(batch, timesteps, features)` unless a name says otherwise.
What a layer computes is in `rnncourse.cells`.
"""

from rnncourse.sequences.layouts import image_rows, to_batch_major, to_time_major
from rnncourse.sequences.padding import (
    cut_at_eos,
    last_valid,
    lengths_from_mask,
    mask_from_lengths,
    pad,
)
from rnncourse.sequences.shapes import (
    encoder_decoder,
    sequence_to_sequence,
    sequence_to_vector,
    vector_to_sequence,
)
from rnncourse.sequences.windows import contiguous_batches, input_target_windows, windows

__all__ = [
    "contiguous_batches",
    "cut_at_eos",
    "encoder_decoder",
    "image_rows",
    "input_target_windows",
    "last_valid",
    "lengths_from_mask",
    "mask_from_lengths",
    "pad",
    "sequence_to_sequence",
    "sequence_to_vector",
    "to_batch_major",
    "to_time_major",
    "vector_to_sequence",
    "windows",
]
