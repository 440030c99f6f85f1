"""The echo task: repeat a stream of bits some steps later.

Cutting the stream into rows and windows is in `rnncourse.sequences`.
"""

import numpy as np
from numpy.typing import NDArray

from rnncourse.datasets.arguments import require_rng, require_whole


def echo_stream(
    length: int, delay: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a stream of random bits, and its echo `delay` steps later.

    `targets[t]` is `bits[t - delay]` everywhere in the stream. The first `delay`
    targets are 0: before the stream there was silence. What a window cuts off is
    still in the targets, so that only a state carried across windows can know it.

    Args:
        length: Number of steps.
        delay: Steps between a bit and its echo; smaller than `length`.
        rng: Source of randomness.

    Returns:
        Bits and targets, both of shape `(length,)`, integers 0 and 1.

    Raises:
        DataError: If `length` or `delay` is not a whole number within its limits.

    >>> bits, targets = echo_stream(8, 3, np.random.default_rng(0))
    >>> print(bits, targets)
    [1 1 1 0 0 0 0 0] [0 0 0 1 1 1 0 0]
    """
    length = require_whole("length", length, at_least=1)
    delay = require_whole("delay", delay, at_most=length - 1)
    bits = require_rng(rng).integers(0, 2, size=length)
    targets = np.zeros_like(bits)
    targets[delay:] = bits[: length - delay]
    return bits, targets
