"""Data of the course: generated from a generator of random numbers, or read and checked.

    echo       a stream of bits, and the same stream some steps later
    bits       bit strings and how many ones they hold, streamed
    series     time series, and windows of them
    idx        the file format of MNIST
    mnist      MNIST: where it is found, checked and stored
    digits     images for the chapters: MNIST, or what comes with scikit-learn
    arguments  what the others check in what they are given

Importing it loads NumPy alone. Cutting streams into batches and windows is in
`rnncourse.sequences`.
"""

from rnncourse.datasets.bits import (
    BitSplit,
    bit_strings,
    bits_of,
    count_ones,
    split_bits,
    stream_bits,
)
from rnncourse.datasets.digits import bundled_digits, load_digit_rows
from rnncourse.datasets.echo import echo_stream
from rnncourse.datasets.mnist import Digits, load_mnist
from rnncourse.datasets.series import sample_series_windows, seasonal_series, sine_series

__all__ = [
    "BitSplit",
    "Digits",
    "bit_strings",
    "bits_of",
    "bundled_digits",
    "count_ones",
    "echo_stream",
    "load_digit_rows",
    "load_mnist",
    "sample_series_windows",
    "seasonal_series",
    "sine_series",
    "split_bits",
    "stream_bits",
]
