"""MNIST: found in a folder, in the user's cache, or downloaded; always checked.

The folder is `$RNNCOURSE_DATA_DIR`, or `mnist` or `MNIST_data` in it. The cache is
`rnncourse/mnist` where the system keeps caches. The download goes through Keras.
What is found must have the published content, or an error names the file.
"""

import gzip
import hashlib
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rnncourse.datasets.idx import idx_content, parse_idx
from rnncourse.errors import DataError, ShapeError

DATA_DIR = "RNNCOURSE_DATA_DIR"
SUBFOLDERS = ("", "mnist", "MNIST_data")
# MD5 of each file after decompression: .gz files differ with the compressor.
# In the order of the fields of `Digits`.
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
BY_HAND = f"Put its four files into a folder, and name the folder in {DATA_DIR}."


@dataclass(frozen=True)
class Digits:
    """Images of handwritten digits with their labels.

    Args:
        train_images: Shape `(train, 28, 28)`, uint8: 0 is paper, 255 is ink.
        train_labels: Shape `(train,)`, uint8 from 0 to 9.
        test_images: Shape `(test, 28, 28)`, as the images for training.
        test_labels: Shape `(test,)`.
        source: Where they come from, in words.

    Raises:
        ShapeError: If the shapes are others.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    source: str

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            if np.shape(images) != (len(labels), 28, 28):
                raise ShapeError(
                    f"`{part}_images` must have shape ({len(labels)}, 28, 28), one image a label. "
                    f"Received: {np.shape(images)}."
                )


def load_mnist(*, download: bool = True, say: Callable[[str], object] = print) -> Digits:
    """Return MNIST, from a folder, the cache, or a download.

    Args:
        download: Whether to download it, if it is nowhere on this machine.
        say: Gets one line, if the download cannot be kept.

    Returns:
        60,000 images for training and 10,000 for testing.

    Raises:
        DataError: If a file is missing or has another content, or MNIST cannot be had.

    Source: LeCun et al. (1998).

    >>> if find_mnist():
    ...     assert load_mnist().train_images.shape == (60000, 28, 28)
    """
    files = find_mnist()
    if files:
        contents = {name: read_checked(path, MD5[name]) for name, path in files.items()}
    elif download:
        contents = _download()
        _store(contents, say)
    else:
        raise DataError(f"MNIST is not on this machine, and `download` is False. {BY_HAND}")
    train_x, train_y, test_x, test_y = (parse_idx(contents[name], name=name) for name in MD5)
    return Digits(train_x, train_y, test_x, test_y, source="MNIST")


def find_mnist() -> dict[str, Path]:
    """Return the path of each of the four files, or {} if none is there.

    Returns:
        Paths by published name, in the order of the fields of `Digits`.

    Raises:
        DataError: If only some are there, or `$RNNCOURSE_DATA_DIR` is no folder.

    >>> len(find_mnist()) in (0, 4)
    True
    """
    for base in _places():
        for folder in (base / name for name in SUBFOLDERS):
            found = _files_in(folder)
            missing = [name for name in MD5 if name not in found]
            if found and missing:
                raise DataError(
                    f"{folder} must hold all four files of MNIST, plain or .gz. "
                    f"Missing: {', '.join(missing)}. Add what is missing, or delete the others."
                )
            if found:
                return found
    return {}


def read_checked(path: Path, md5: str) -> bytes:
    """Return the content of a file, decompressed, if it is the one that is expected.

    Args:
        path: The file; decompressed if its name ends in .gz.
        md5: The expected MD5 of the content, 32 hexadecimal digits.

    Returns:
        The content.

    Raises:
        DataError: If the file cannot be read or has another content.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "hello"
    >>> path.write_bytes(b"hello")
    5
    >>> read_checked(path, "5d41402abc4b2a76b9719d911017c592")
    b'hello'
    """
    content = b""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        problem = ""
    except (OSError, EOFError, zlib.error) as error:
        problem = f" It cannot be read to its end: {error}."
    if problem or _md5(content) != md5:
        raise DataError(
            f"{path} must have content with the MD5 {md5}. "
            f"Received: {_md5(content)}, {len(content)} bytes.{problem} "
            "Was the copy interrupted? Delete the file and fetch it again."
        )
    return content


def cache_folder() -> Path:
    """Return the folder in which the course keeps what it has downloaded.

    Returns:
        The folder, which need not exist yet.

    >>> cache_folder().name
    'rnncourse'
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "rnncourse"


def _places() -> list[Path]:
    named = os.environ.get(DATA_DIR)
    if named and not Path(named).is_dir():
        raise DataError(
            f"{DATA_DIR} must name a folder. Received: {named!r}. Correct it, or unset it."
        )
    return [Path(named), cache_folder()] if named else [cache_folder()]


def _files_in(folder: Path) -> dict[str, Path]:
    candidates = ((name, folder / (name + suffix)) for suffix in (".gz", "") for name in MD5)
    found = {name: path for name, path in candidates if path.is_file()}
    return {name: found[name] for name in MD5 if name in found}


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _download() -> dict[str, bytes]:
    try:
        import keras

        (train_x, train_y), (test_x, test_y) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a plain Exception when there is no network
        raise DataError(
            f"MNIST could not be downloaded through Keras: {error}. {BY_HAND}"
        ) from error
    arrays = (train_x, train_y, test_x, test_y)
    contents = {name: idx_content(array) for name, array in zip(MD5, arrays, strict=True)}
    for name, content in contents.items():
        if _md5(content) != MD5[name]:
            raise DataError(
                f"{name}, downloaded through Keras, must have the MD5 {MD5[name]}. "
                f"Received: {_md5(content)}. Delete Keras's own copy, mnist.npz, and try again."
            )
    return contents


def _store(contents: Mapping[str, bytes], say: Callable[[str], object]) -> None:
    folder = cache_folder() / "mnist"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            whole = Path(temporary) / "mnist"
            whole.mkdir()
            for name, content in contents.items():
                (whole / f"{name}.gz").write_bytes(gzip.compress(content, 3, mtime=0))
            whole.rename(folder)  # all four files, or none
    except OSError as error:
        say(
            f"MNIST stays in memory and is not kept: {folder} cannot be written ({error.strerror})."
        )
