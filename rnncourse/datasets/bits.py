"""Bit strings and how many ones they hold, by bit arithmetic.

A string is known by its number: 20 bits have the numbers 0 to 2^20 - 1. A set is
therefore an array or a range of numbers, 4 bytes or fewer a string, and the bits
are made when a batch is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rnncourse.datasets.arguments import require_rng, require_whole
from rnncourse.errors import DataError, ShapeError

Numbers = NDArray[np.integer]


@dataclass(frozen=True)
class BitSplit:
    """The numbers of the strings for training, validation and testing; no number twice.

    Args:
        train: Shape `(train,)`.
        validation: Shape `(validation,)`.
        test: All others.
    """

    train: Numbers
    validation: Numbers
    test: Numbers


def bits_of(
    numbers: ArrayLike, *, bits: int = 20, dtype: DTypeLike = np.uint8
) -> NDArray[np.generic]:
    """Return the binary digits of each number, the most significant first.

    Args:
        numbers: Whole numbers from 0 to 2^bits - 1, shape `(strings,)`.
        bits: Digits of each string, 1 to 63.
        dtype: Type of the digits; one byte each unless you say otherwise.

    Returns:
        Zeros and ones, shape `(strings, bits)`.

    Raises:
        DataError: If a number has more digits than `bits`, or is negative.
        ShapeError: If `numbers` is not one-dimensional.

    >>> bits_of([5, 6], bits=4)
    array([[0, 1, 0, 1],
           [0, 1, 1, 0]], dtype=uint8)
    """
    bits = require_whole("bits", bits, at_least=1, at_most=63)
    numbers = _numbers(numbers, bits)
    strings = np.empty((len(numbers), bits), dtype)
    for place in range(bits):
        # One column at a time: the largest temporary is one number a string.
        strings[:, place] = (numbers >> (bits - 1 - place)) & 1
    return strings


def bit_strings(
    start: int, stop: int, *, bits: int = 20, dtype: DTypeLike = np.uint8
) -> NDArray[np.generic]:
    """Return the bit strings with the numbers from `start` up to, without, `stop`.

    Args:
        start: First number.
        stop: One more than the last number, at most 2^bits.
        bits: Digits of each string, 1 to 63.
        dtype: Type of the digits; one byte each unless you say otherwise.

    Returns:
        Zeros and ones, the most significant digit first, shape `(stop - start, bits)`.

    Raises:
        DataError: If the limits are not in order, or above 2^bits.

    >>> bit_strings(2, 4, bits=3)
    array([[0, 1, 0],
           [0, 1, 1]], dtype=uint8)
    """
    bits = require_whole("bits", bits, at_least=1, at_most=63)
    stop = require_whole("stop", stop, at_most=2**bits)
    start = require_whole("start", start, at_most=stop)
    return bits_of(np.arange(start, stop, dtype=_smallest(bits)), bits=bits, dtype=dtype)


def count_ones(strings: ArrayLike) -> NDArray[np.int64]:
    """Return the number of ones in each string.

    Args:
        strings: Zeros and ones, shape `(…, bits)`.

    Returns:
        Counts, shape `(…,)`.

    Raises:
        DataError: If something else than 0 and 1 is in a string.
        ShapeError: If `strings` is a single number.

    >>> count_ones([[1, 0, 1], [0, 0, 0]])
    array([2, 0])
    """
    strings = np.asarray(strings)
    if strings.ndim == 0:
        raise ShapeError("`strings` must have shape (…, bits). Received: a number. Use `bits_of`.")
    if strings.size and not (strings.min() >= 0 and strings.max() <= 1):
        raise DataError(
            "`strings` must hold 0 and 1. "
            f"Received: values from {strings.min()} to {strings.max()}. Use `bits_of` for numbers."
        )
    return strings.sum(axis=-1, dtype=np.int64)


def split_bits(
    train: int, rng: np.random.Generator, *, validation: int = 0, bits: int = 20
) -> BitSplit:
    """Return all numbers of `bits` digits, split at random.

    Args:
        train: Strings for training.
        rng: Source of randomness.
        validation: Strings for validation.
        bits: Digits of each string, 1 to 24.

    Returns:
        The numbers; what is left after training and validation is for testing.

    Raises:
        DataError: If there are not so many strings.

    >>> split = split_bits(10_000, np.random.default_rng(0), validation=2_000)
    >>> len(split.train), len(split.validation), len(split.test)
    (10000, 2000, 1036576)
    """
    bits = require_whole("bits", bits, at_least=1, at_most=24)
    train = require_whole("train", train, at_most=2**bits)
    validation = require_whole("validation", validation, at_most=2**bits - train)
    numbers = np.arange(2**bits, dtype=_smallest(bits))
    require_rng(rng).shuffle(numbers)
    return BitSplit(*np.split(numbers, [train, train + validation]))


def stream_bits(
    numbers: range | Sequence[int] | Numbers,
    batch: int,
    *,
    bits: int = 20,
    dtype: DTypeLike = np.uint8,
    rng: np.random.Generator | None = None,
) -> Iterator[tuple[NDArray[np.generic], NDArray[np.int64]]]:
    """Return an iterator over one epoch, a batch of strings and their counts at a time.

    Call it once an epoch: with `rng`, each call has an order of its own.

    Args:
        numbers: Numbers of the strings; a range is never written out, unless shuffled.
        batch: Strings a batch; the last batch has what is left.
        bits: Digits of each string, 1 to 63.
        dtype: Type of the digits.
        rng: Source of the order, or None for the order of `numbers`.

    Returns:
        Pairs of strings, shape `(batch, bits)`, and counts, shape `(batch,)`.

    Raises:
        DataError: If a number has more digits than `bits`, or `batch` is below 1.

    >>> for strings, counts in stream_bits(range(5), 3, bits=3):
    ...     print(strings.shape, counts)
    (3, 3) [0 1 1]
    (2, 3) [2 1]
    """
    batch = require_whole("batch", batch, at_least=1)
    bits = require_whole("bits", bits, at_least=1, at_most=63)
    if rng is not None:
        numbers = require_rng(rng).permutation(_numbers(numbers, bits))
    elif isinstance(numbers, range):
        _numbers([*numbers[:1], *numbers[-1:]], bits)  # its ends are its extremes
    else:
        numbers = _numbers(numbers, bits)
    return _batches(numbers, batch, bits, dtype)


def _batches(
    numbers: range | Sequence[int] | Numbers, batch: int, bits: int, dtype: DTypeLike
) -> Iterator[tuple[NDArray[np.generic], NDArray[np.int64]]]:
    for first in range(0, len(numbers), batch):
        strings = bits_of(numbers[first : first + batch], bits=bits, dtype=dtype)
        yield strings, count_ones(strings)


def _numbers(numbers: ArrayLike | range, bits: int) -> Numbers:
    array: Numbers
    if isinstance(numbers, range):
        array = np.arange(numbers.start, numbers.stop, numbers.step)
    else:
        array = np.asarray(numbers)
    if array.ndim != 1:
        raise ShapeError(
            f"`numbers` must have shape (strings,). Received: {array.shape}. Use numbers.ravel()."
        )
    if array.size == 0:
        return np.empty(0, _smallest(bits))
    if not np.issubdtype(array.dtype, np.integer):
        raise DataError(
            f"`numbers` must be whole numbers. Received: {array.dtype}. Use numbers.astype(int)."
        )
    if array.min() < 0 or array.max() >= 2**bits:
        raise DataError(
            f"`numbers` must lie between 0 and {2**bits - 1}, which {bits} bits can write. "
            f"Received: {array.min()} to {array.max()}. Did you mean a larger `bits`?"
        )
    return array.astype(_smallest(bits), copy=False)


def _smallest(bits: int) -> type[np.unsignedinteger]:
    return np.uint32 if bits <= 32 else np.uint64
