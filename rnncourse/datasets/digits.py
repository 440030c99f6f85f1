"""Images of digits for the chapters: MNIST where it is, else what comes with scikit-learn.

Both have the same shapes and types, so a chapter runs without a network as well.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.datasets.arguments import require_whole
from rnncourse.datasets.mnist import Digits, find_mnist, load_mnist
from rnncourse.errors import DataError, ShapeError

BUNDLED = "scikit-learn's digits, 8×8 resized to 28×28, in place of MNIST"
TEST_SHARE = 6  # one image in six is for testing


def load_digit_rows(*, download: bool = False, say: Callable[[str], object] = print) -> Digits:
    """Return MNIST where it can be had, else scikit-learn's digits in the same shape.

    Each image is a sequence: row t is the input of step t.

    Args:
        download: Whether to download MNIST, if it is nowhere on this machine.
        say: Gets one line that says which images they are.

    Returns:
        Images of shape `(images, 28, 28)` with labels; `source` says which.

    Raises:
        DataError: If MNIST is there but damaged, or scikit-learn is not installed.

    >>> digits = load_digit_rows()
    Digits: ...
    >>> digits.test_images.shape[1:], digits.test_images.dtype
    ((28, 28), dtype('uint8'))
    """
    digits, reason = None, ""
    if find_mnist():
        digits = load_mnist(say=say)
    elif download:
        try:
            digits = load_mnist(say=say)
        except DataError as problem:
            reason = f" {problem}"
    digits = digits or bundled_digits()
    train, test = len(digits.train_labels), len(digits.test_labels)
    say(f"Digits: {digits.source}; {train} images for training, {test} for testing.{reason}")
    return digits


def bundled_digits() -> Digits:
    """Return scikit-learn's handwritten digits in the shape of MNIST.

    The last sixth of each class is for testing. Neighbours in the set come from the
    same writers, so this is harder, and more honest, than a random split.

    Returns:
        1,797 images in all, resized from 8×8 to 28×28.

    Raises:
        DataError: If scikit-learn is not installed.

    Source: Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits.

    >>> np.bincount(bundled_digits().test_labels).tolist()
    [29, 30, 29, 30, 30, 30, 30, 29, 29, 30]
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as problem:
        raise DataError(
            "scikit-learn's digits need scikit-learn, which is not installed. "
            "Install it with: pip install scikit-learn"
        ) from problem
    pixels, labels = load_digits(return_X_y=True)
    ink = resize_images(pixels.reshape(-1, 8, 8), 28) * (255 / 16)
    images, labels = np.rint(ink).astype(np.uint8), labels.astype(np.uint8)
    test = _last_of_each_class(labels)
    return Digits(images[~test], labels[~test], images[test], labels[test], BUNDLED)


def resize_images(images: ArrayLike, size: int) -> NDArray[np.float64]:
    """Return square images at another size, by bilinear interpolation.

    Args:
        images: Shape `(images, old, old)`.
        size: New height and width, in pixels.

    Returns:
        Images of shape `(images, size, size)`.

    Raises:
        ShapeError: If the images are not square.

    >>> resize_images([[[0.0, 4.0], [0.0, 4.0]]], 4)[0, 0]
    array([0., 1., 3., 4.])
    """
    size = require_whole("size", size, at_least=1)
    images = np.asarray(images, dtype=np.float64)
    if images.ndim != 3 or images.shape[1] != images.shape[2] or images.shape[1] == 0:
        raise ShapeError(
            "`images` must have shape (images, size, size). "
            f"Received: {images.shape}. One image alone? Use image[np.newaxis]."
        )
    old = images.shape[1]
    # Where the middle of each new pixel lies among the middles of the old ones.
    middles = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
    weights = np.maximum(0, 1 - np.abs(middles[:, np.newaxis] - np.arange(old)))
    return weights @ images @ weights.T


def _last_of_each_class(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        test[places[len(places) - len(places) // TEST_SHARE :]] = True
    return test
