"""The idx format, in which MNIST is published: bytes in an array of any rank.

Two zero bytes, the type (8 for unsigned bytes), the rank, each size in four bytes,
the largest first, then the values. Other types than unsigned bytes are not read.
"""

import math
import struct

import numpy as np
from numpy.typing import NDArray

from rnncourse.errors import DataError

UNSIGNED_BYTE = 0x08


def parse_idx(content: bytes, *, name: str = "content") -> NDArray[np.uint8]:
    """Return the array that the content of an idx file holds.

    Args:
        content: The whole file, decompressed.
        name: What to call it in an error.

    Returns:
        The array, in memory of its own.

    Raises:
        DataError: If the content is not idx, or shorter or longer than it says.

    >>> parse_idx(idx_content(np.arange(6, dtype=np.uint8).reshape(2, 3)))
    array([[0, 1, 2],
           [3, 4, 5]], dtype=uint8)
    """
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise DataError(
            f"{name} must begin with 00 00 08, as idx files of bytes do. "
            f"Received: {content[:4].hex(' ') or 'nothing'}. {_hint(content)}"
        )
    rank = content[3]
    header = 4 + 4 * rank
    if rank == 0 or len(content) < header:
        raise DataError(
            f"{name} must have a header of {header} bytes, with at least one size. "
            f"Received: {len(content)} bytes in all. Was the copy interrupted?"
        )
    shape = struct.unpack(f">{rank}I", content[4:header])
    expected = math.prod(shape)
    if len(content) - header != expected:
        raise DataError(
            f"{name} says that it holds {shape}, {expected} bytes. "
            f"Received: {len(content) - header} bytes after the header. Was the copy interrupted?"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape).copy()


def idx_content(array: NDArray[np.uint8]) -> bytes:
    """Return the content of the idx file that holds `array`.

    Args:
        array: Bytes, any shape with at least one axis.

    Returns:
        The content, not compressed.

    Raises:
        DataError: If the array is not of type uint8, or is a single number.

    >>> idx_content(np.array([7, 9], dtype=np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 02 07 09'
    """
    array = np.asarray(array)
    if array.dtype != np.uint8 or not 1 <= array.ndim <= 255:
        raise DataError(
            "`array` must be of type uint8 with at least one axis. "
            f"Received: {array.dtype} of shape {array.shape}. Use array.astype(np.uint8)."
        )
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + sizes + array.tobytes()


def _hint(content: bytes) -> str:
    if content[:2] == b"\x1f\x8b":
        return "It is compressed: use gzip.decompress first."
    return "Is it another file under this name?"
