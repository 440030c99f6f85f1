"""The data sets: values, seeds, memory, and what a damaged file gets."""

import gzip
import hashlib
import os
import subprocess
import sys
import tracemalloc
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rnncourse import datasets
from rnncourse.datasets import mnist
from rnncourse.datasets.arguments import require_real, require_rng, require_whole
from rnncourse.datasets.digits import resize_images
from rnncourse.datasets.idx import idx_content, parse_idx
from rnncourse.errors import CourseError, DataError, ShapeError

MIB = 2**20
REAL = os.environ.get("RNNCOURSE_DATA_DIR")


@pytest.fixture
def rng():
    """Return a generator with a fixed seed."""
    return np.random.default_rng(0)


# -------------------------------------------------------------------- arguments


def test_importing_datasets_loads_nothing_heavy():
    """A chapter that generates its data waits for NumPy alone."""
    code = "import sys, rnncourse.datasets; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"sklearn", "scipy", "keras", "tensorflow", "matplotlib"}


@pytest.mark.parametrize("value", [True, 2.5, "3", None, np.float64(2.5)])
def test_require_whole_refuses_what_is_no_whole_number(value):
    """The name, the limits and the type are said."""
    with pytest.raises(DataError, match="`steps` must be a whole number, at least 1") as error:
        require_whole("steps", value, at_least=1)
    assert type(value).__name__ in str(error.value)


def test_require_whole_suggests_int_for_a_whole_float():
    """10 / 2 is the usual way to get one."""
    with pytest.raises(DataError, match=r"Write int\(5\.0\)"):
        require_whole("steps", 10 / 2)


@pytest.mark.parametrize("value", [0, 6])
def test_require_whole_refuses_what_is_outside(value):
    """Both limits are said."""
    with pytest.raises(DataError, match=f"from 1 to 5. Received: {value}"):
        require_whole("steps", value, at_least=1, at_most=5)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "much", None])
def test_require_real_refuses_what_is_not_finite(value):
    """NaN is named, not spread."""
    with pytest.raises(DataError, match="`noise` must be a finite number"):
        require_real("noise", value)


@pytest.mark.parametrize(("given", "fix"), [(7, "7"), (None, "0"), (np.random, "0")])
def test_require_rng_says_how_to_make_one(given, fix):
    """A seed, or the global generator, is the usual mistake."""
    with pytest.raises(DataError, match=rf"default_rng\({fix}\)"):
        require_rng(given)


# ------------------------------------------------------------------------- echo


@pytest.mark.parametrize("delay", [0, 1, 3, 12, 49])
def test_echo_stream_targets_are_the_bits_delayed(delay, rng):
    """Every target is intact: none is zeroed at the start of a window."""
    bits, targets = datasets.echo_stream(50, delay, rng)
    assert [*targets] == [0] * delay + [*bits][: 50 - delay]


def test_echo_stream_bits_are_fair_and_seeded():
    """Half are ones; the same seed gives the same stream, another one another."""
    first, again, other = (
        datasets.echo_stream(50_000, 3, np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert set(first) == {0, 1}
    assert abs(first.mean() - 0.5) < 5 * 0.5 / np.sqrt(50_000)


@pytest.mark.parametrize(("length", "delay"), [(0, 0), (5, 5), (5, -1), (5, 1.5), (-3, 0)])
def test_echo_stream_refuses_impossible_sizes(length, delay, rng):
    """There is no echo after the end."""
    with pytest.raises(DataError, match=r"`(length|delay)` must be"):
        datasets.echo_stream(length, delay, rng)


# ------------------------------------------------------------------------- bits


def test_bit_strings_are_python_s_binary_digits():
    """The source's own way, '{0:020b}', gives the same, the most significant digit first."""
    strings = datasets.bit_strings(1000, 1100)
    assert strings.dtype == np.uint8
    assert ["".join(map(str, row)) for row in strings] == [f"{n:020b}" for n in range(1000, 1100)]


@pytest.mark.parametrize("bits", [1, 7, 31, 32, 33, 63])
def test_bits_of_every_width(bits):
    """The largest number and its neighbours, up to 63 bits."""
    numbers = [0, 1, 2**bits - 1]
    written = datasets.bits_of(numbers, bits=bits, dtype=np.float32)
    assert written.dtype == np.float32
    assert written.astype(int).tolist() == [[int(d) for d in f"{n:0{bits}b}"] for n in numbers]


def test_bit_strings_all_of_them_are_distinct_and_counted():
    """Over all 2^20 strings the counts are the binomial coefficients."""
    counts = np.bincount(datasets.count_ones(datasets.bit_strings(0, 2**20)))
    expected = [1]
    for k in range(20):
        expected.append(expected[-1] * (20 - k) // (k + 1))
    assert counts.tolist() == expected


def test_bit_strings_all_of_them_stay_under_50_mb():
    """The source's lists of lists ran out of memory here."""
    tracemalloc.start()
    try:
        strings = datasets.bit_strings(0, 2**20)
        counts = datasets.count_ones(strings)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert strings.nbytes + counts.nbytes <= peak < 50e6


@pytest.mark.parametrize("shuffled", [False, True])
def test_stream_bits_keeps_only_a_batch(shuffled):
    """A range is streamed in next to no memory; shuffling costs a few bytes a string."""
    rng = np.random.default_rng(0) if shuffled else None
    tracemalloc.start()
    try:
        seen = sum(len(counts) for _, counts in datasets.stream_bits(range(2**18), 256, rng=rng))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == 2**18
    assert peak < (16 * 2**18 if shuffled else MIB)


def test_stream_bits_in_order_gives_what_bit_strings_gives():
    """Batches put together are the whole; the last one has what is left."""
    batches = list(datasets.stream_bits(range(10, 33), 5, bits=6))
    assert [len(counts) for _, counts in batches] == [5, 5, 5, 5, 3]
    whole = datasets.bit_strings(10, 33, bits=6)
    assert np.array_equal(np.concatenate([strings for strings, _ in batches]), whole)
    assert np.array_equal(np.concatenate([c for _, c in batches]), whole.sum(axis=1))


def test_stream_bits_reshuffles_every_epoch(rng):
    """Each epoch has every string once, in an order of its own; the numbers stay as they were."""
    numbers = np.arange(200)
    places = 2 ** np.arange(8)[::-1]
    epochs = [
        np.concatenate([s @ places for s, _ in datasets.stream_bits(numbers, 32, bits=8, rng=rng)])
        for _ in range(3)
    ]
    assert all(sorted(epoch) == list(range(200)) for epoch in epochs)
    assert not any(np.array_equal(a, b) for a, b in pairwise([numbers, *epochs]))
    assert np.array_equal(numbers, np.arange(200))


def test_stream_bits_raises_before_the_first_batch():
    """A mistake shows where it is made, not in the first step of an epoch."""
    with pytest.raises(DataError, match="`batch`"):
        datasets.stream_bits(range(10), 0)
    with pytest.raises(DataError, match="`numbers` must lie"):
        datasets.stream_bits([1, 2**20], 1)
    with pytest.raises(DataError, match="`numbers` must lie"):
        datasets.stream_bits(range(2**20 + 1), 1)


def test_split_bits_is_disjoint_and_complete(rng):
    """Every string is in exactly one part, so no test string was trained on."""
    split = datasets.split_bits(300, rng, validation=100, bits=10)
    parts = (split.train, split.validation, split.test)
    assert [len(part) for part in parts] == [300, 100, 624]
    assert sorted(np.concatenate(parts)) == list(range(1024))


def test_split_bits_is_random_and_seeded():
    """The training strings are not the small numbers, and a seed repeats them."""
    first, again, other = (
        datasets.split_bits(1000, np.random.default_rng(seed)).train for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert abs(first.mean() / 2**20 - 0.5) < 0.05


def test_bit_strings_of_an_empty_range_are_empty():
    """An empty range is a range."""
    assert datasets.bit_strings(7, 7).shape == (0, 20)
    assert list(datasets.stream_bits(range(0), 5)) == []


@pytest.mark.parametrize(
    ("numbers", "error", "fix"),
    [
        ([2**20], DataError, "larger `bits`"),
        ([-1], DataError, "between 0 and 1048575"),
        ([0.5], DataError, "astype"),
        ([[1, 2]], ShapeError, "ravel"),
    ],
)
def test_bits_of_refuses_what_has_no_20_digits(numbers, error, fix):
    """Too large, negative, not whole, of another rank."""
    with pytest.raises(error, match=fix):
        datasets.bits_of(numbers)


@pytest.mark.parametrize(("start", "stop"), [(0, 2**20 + 1), (5, 4), (-1, 4), (0.0, 4)])
def test_bit_strings_refuses_other_limits(start, stop):
    """Limits are whole, in order, and within 2^bits."""
    with pytest.raises(DataError, match=r"`(start|stop)` must be a whole number"):
        datasets.bit_strings(start, stop)


@pytest.mark.parametrize("strings", [[[0, 2]], [[-1, 1]], [[np.nan, 1]]])
def test_count_ones_refuses_what_is_not_a_bit(strings):
    """The sum of other numbers is not a count of ones."""
    with pytest.raises(DataError, match="0 and 1"):
        datasets.count_ones(strings)


# ----------------------------------------------------------------------- series


def test_sine_series_is_the_formula():
    """Element by element, with the math module."""
    import math

    times = np.linspace(0, 30, 7)
    expected = [t * math.sin(t) / 3 + 2 * math.sin(t * 5) for t in times]
    assert datasets.sine_series(times) == pytest.approx(expected, rel=1e-13)


def test_sample_series_windows_are_on_the_series(rng):
    """With a series that gives back its times, steps, limits and targets can be read off."""
    x, y = datasets.sample_series_windows(500, 20, rng, series=lambda t: t)
    assert x.shape == y.shape == (500, 20, 1)
    assert np.diff(x[..., 0], axis=1) == pytest.approx(0.1)
    assert (y - x) == pytest.approx(0.1)
    assert 0 <= x.min() < 0.5
    assert 29.5 < y.max() <= 30 + 1e-9


def test_sample_series_windows_default_is_the_sum_of_sines():
    """The same places give the same values, through the series."""
    times, _ = datasets.sample_series_windows(3, 5, np.random.default_rng(4), series=lambda t: t)
    x, _ = datasets.sample_series_windows(3, 5, np.random.default_rng(4))
    assert np.array_equal(x, datasets.sine_series(times))


@pytest.mark.parametrize(
    "options",
    [{"steps": 301}, {"resolution": 0}, {"resolution": -0.1}, {"stop": 0}, {"stop": np.nan}],
)
def test_sample_series_windows_refuses_windows_that_do_not_fit(options, rng):
    """A window longer than the series has no place in it."""
    with pytest.raises(DataError, match=r"`resolution`|`stop`"):
        datasets.sample_series_windows(**{"batch": 2, "steps": 20, "rng": rng} | options)


def test_sample_series_windows_may_fill_the_whole_series(rng):
    """The longest window that fits is allowed."""
    x, _ = datasets.sample_series_windows(2, 10, rng, stop=10, resolution=1, series=lambda t: t)
    assert x[:, 0, 0].tolist() == [0, 0]


def test_seasonal_series_has_the_trend_the_seasons_and_the_noise():
    """Least squares on the components finds what was put in."""
    t = np.arange(4000)
    values = datasets.seasonal_series(
        4000, np.random.default_rng(3), level=5, trend=0.02, seasons=[(7, 2), (50, 3)], noise=0.5
    )
    waves = [f(2 * np.pi * t / period) for period in (7, 50) for f in (np.sin, np.cos)]
    parts = np.stack([np.ones(4000), t, *waves], axis=1)
    found, *_ = np.linalg.lstsq(parts, values, rcond=None)
    assert found[:2] == pytest.approx([5, 0.02], rel=0.02)
    assert np.hypot(found[2::2], found[3::2]) == pytest.approx([2, 3], rel=0.02)
    assert np.std(values - parts @ found) == pytest.approx(0.5, rel=0.05)


def test_seasonal_series_is_seeded():
    """The same seed gives the same series, another one another."""
    first, again, other = (
        datasets.seasonal_series(50, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_seasonal_series_begins_anywhere_in_its_seasons():
    """Without noise, the seed still decides where in the year the series begins."""
    first, other = (
        datasets.seasonal_series(50, np.random.default_rng(seed), noise=0) for seed in (1, 2)
    )
    assert np.abs(first - other).max() > 1


@pytest.mark.parametrize(
    "options",
    [{"length": 0}, {"noise": -1}, {"noise": np.nan}, {"seasons": [(0, 1)]}, {"trend": np.inf}],
)
def test_seasonal_series_refuses_what_has_no_meaning(options, rng):
    """Lengths, periods and noise have limits."""
    with pytest.raises(DataError, match="must be"):
        datasets.seasonal_series(**{"length": 9, "rng": rng} | options)


def test_sine_series_refuses_nan():
    """NaN would spread silently."""
    with pytest.raises(DataError, match="NaN"):
        datasets.sine_series([0.0, np.nan])


# -------------------------------------------------------------------------- idx


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 28, 28), (0, 5), (2, 0)])
def test_parse_idx_gives_back_what_was_written(shape, rng):
    """Any rank, sizes of zero included; the array is the caller's to change."""
    array = rng.integers(0, 256, size=shape, dtype=np.uint8)
    parsed = parse_idx(idx_content(array))
    assert np.array_equal(parsed, array)
    assert parsed.shape == shape
    parsed[...] = 0


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "Received: nothing"),
        (b"\x00\x00", "Received: 00 00"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x00", "00 00 08"),
        (b"PNG.....", "another file"),
        (gzip.compress(b"x", mtime=0), "gzip.decompress"),
        (b"\x00\x00\x08\x00", "at least one size"),
        (b"\x00\x00\x08\x02\x00\x00\x00\x01", "header of 12 bytes"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x03\x01\x02", "copy interrupted"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x01\x01\x02", "2 bytes after the header"),
        (b"\x00\x00\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "0 bytes after the header"),
    ],
)
def test_parse_idx_refuses_anything_else(content, what):
    """Magic, type, rank and size must all be right."""
    with pytest.raises(DataError, match=what):
        parse_idx(content)


@pytest.mark.parametrize("array", [np.zeros(3), np.uint8(3)])
def test_idx_content_refuses_other_types(array):
    """Only bytes, with at least one axis."""
    with pytest.raises(DataError, match="uint8"):
        idx_content(array)


# ------------------------------------------------------------------------ MNIST


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Return four small files under the names of MNIST, whose checksums now count."""
    rng = np.random.default_rng(5)
    arrays = [
        rng.integers(0, 256, size=(12, 28, 28), dtype=np.uint8),
        (np.arange(12) % 10).astype(np.uint8),
        rng.integers(0, 256, size=(5, 28, 28), dtype=np.uint8),
        np.arange(5, dtype=np.uint8),
    ]
    contents = dict(zip(mnist.MD5, map(idx_content, arrays), strict=True))
    sums = {n: hashlib.md5(c, usedforsecurity=False).hexdigest() for n, c in contents.items()}
    monkeypatch.setattr(mnist, "MD5", sums)
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "cache" / "rnncourse")
    monkeypatch.setenv(mnist.DATA_DIR, str(tmp_path))
    return SimpleNamespace(arrays=arrays, contents=contents, sums=sums, folder=tmp_path)


def put(contents, folder, *, packed=()):
    """Write files into a folder, those in `packed` compressed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        if name in packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.fixture
def keras(monkeypatch, small):
    """Stand in for Keras: serve the small files and count the downloads."""
    train_x, train_y, test_x, test_y = small.arrays
    served = SimpleNamespace(downloads=0, result=((train_x, train_y), (test_x, test_y)))

    def load_data():
        served.downloads += 1
        if isinstance(served.result, Exception):
            raise served.result
        return served.result

    module = SimpleNamespace(datasets=SimpleNamespace(mnist=SimpleNamespace(load_data=load_data)))
    monkeypatch.setitem(sys.modules, "keras", module)
    return served


def same(digits, arrays):
    """Return whether a set of digits holds these four arrays."""
    held = (digits.train_images, digits.train_labels, digits.test_images, digits.test_labels)
    return all(
        np.array_equal(a, b) and a.dtype == np.uint8 for a, b in zip(held, arrays, strict=True)
    )


@pytest.mark.parametrize("folder", ["", "mnist", "MNIST_data"])
@pytest.mark.parametrize("packed", ["none", "all", "images"])
def test_load_mnist_finds_files_plain_or_compressed(folder, packed, small):
    """In the folder itself or in either sub-folder, in any mixture."""
    names = [n for n in small.sums if packed == "all" or (packed == "images" and "images" in n)]
    put(small.contents, small.folder / folder, packed=names)
    digits = datasets.load_mnist(download=False)
    assert same(digits, small.arrays)
    assert digits.source == "MNIST"


def test_load_mnist_prefers_the_named_folder_to_the_cache(small):
    """The variable wins; here the cache holds damaged files."""
    put(dict.fromkeys(small.contents, b"damaged"), mnist.cache_folder() / "mnist")
    put(small.contents, small.folder)
    assert same(datasets.load_mnist(), small.arrays)


def test_load_mnist_uses_the_cache_where_the_named_folder_has_none(small, monkeypatch):
    """With the variable naming a folder of other data, and without it."""
    put(small.contents, mnist.cache_folder() / "mnist", packed=small.sums)
    assert same(datasets.load_mnist(download=False), small.arrays)
    monkeypatch.delenv(mnist.DATA_DIR)
    assert same(datasets.load_mnist(download=False), small.arrays)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("damage", ["flipped", "truncated", "longer", "empty"])
@pytest.mark.parametrize("number", range(4))
def test_load_mnist_names_a_damaged_file(number, damage, packed, small):
    """The path, the expected and the found checksum are said, and nothing is returned."""
    name = list(small.sums)[number]
    put(small.contents, small.folder, packed=[name] if packed else [])
    path = small.folder / (f"{name}.gz" if packed else name)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    changed = {"truncated": content[:-7], "longer": content + b"more", "empty": b""}
    path.write_bytes(changed.get(damage, content))
    with pytest.raises(DataError) as error:
        datasets.load_mnist()
    message = str(error.value)
    assert str(path) in message
    assert small.sums[name] in message
    found = message.partition("Received: ")[2].partition(",")[0]
    assert len(found) == 32
    assert found != small.sums[name]


def test_load_mnist_says_the_checksum_that_it_found(small):
    """It is that of the content, so `md5sum` of the decompressed file gives the same."""
    name = next(iter(small.sums))
    put(small.contents | {name: b"something else"}, small.folder, packed=[name])
    found = hashlib.md5(b"something else", usedforsecurity=False).hexdigest()
    with pytest.raises(DataError, match=f"Received: {found}, 14 bytes"):
        datasets.load_mnist()


def test_load_mnist_never_loads_half(small, keras):
    """A missing file is named; it is not fetched silently from elsewhere."""
    put(small.contents, small.folder / "mnist")
    missing = list(small.sums)[3]
    (small.folder / "mnist" / missing).unlink()
    with pytest.raises(DataError, match=f"Missing: {missing}"):
        datasets.load_mnist()
    assert keras.downloads == 0


def test_load_mnist_refuses_a_folder_that_is_not_there(small, monkeypatch):
    """A misspelt folder is a mistake, not a reason to download."""
    monkeypatch.setenv(mnist.DATA_DIR, str(small.folder / "nowhere"))
    with pytest.raises(DataError, match="RNNCOURSE_DATA_DIR must name a folder"):
        datasets.load_mnist()


def test_load_mnist_downloads_once_and_keeps_it(small, keras):
    """The second time comes from the cache, which holds nothing but the four files."""
    lines = []
    for _ in range(2):
        assert same(datasets.load_mnist(say=lines.append), small.arrays)
    assert keras.downloads == 1
    assert lines == []
    kept = sorted(path.name for path in (mnist.cache_folder() / "mnist").iterdir())
    assert kept == sorted(f"{name}.gz" for name in small.sums)
    assert len(list(mnist.cache_folder().iterdir())) == 1


def test_load_mnist_without_download_stays_offline(small, keras):
    """`download=False` never asks Keras."""
    with pytest.raises(DataError, match="RNNCOURSE_DATA_DIR"):
        datasets.load_mnist(download=False)
    assert keras.downloads == 0


def test_load_mnist_checks_what_it_downloads(small, keras):
    """Other images are refused, and not kept."""
    train, test = keras.result
    keras.result = ((train[0][::-1].copy(), train[1]), test)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte, downloaded .* MD5"):
        datasets.load_mnist()
    assert not mnist.cache_folder().exists()


def test_load_mnist_without_a_network_says_what_to_do(small, keras):
    """Keras raises a plain Exception; the reason stays readable."""
    keras.result = Exception("URL fetch failure: no route to host")
    with pytest.raises(DataError, match=r"no route to host\. Put its four files into a folder"):
        datasets.load_mnist()


def test_load_mnist_without_keras_says_what_to_do(small, monkeypatch):
    """The NumPy part alone has no Keras."""
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(DataError, match=r"through Keras: .*keras.*Put its four files"):
        datasets.load_mnist()


def test_load_mnist_where_the_cache_cannot_be_written(small, keras):
    """It stays in memory, and one line says so."""
    mnist.cache_folder().parent.mkdir()
    mnist.cache_folder().write_text("a file where the folder should be")
    lines = []
    assert same(datasets.load_mnist(say=lines.append), small.arrays)
    assert len(lines) == 1
    assert "stays in memory" in lines[0]
    assert str(mnist.cache_folder()) in lines[0]


def test_load_mnist_says_it_on_the_screen_by_default(small, keras, capsys):
    """One visible line, on the standard output: graders take standard error for failure."""
    mnist.cache_folder().parent.mkdir()
    mnist.cache_folder().write_text("")
    datasets.load_mnist()
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    assert captured.err == ""


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "there/rnncourse"),
        ("linux", "", "home/.cache/rnncourse"),
        ("darwin", "", "home/Library/Caches/rnncourse"),
        ("win32", "LOCALAPPDATA", "there/rnncourse"),
        ("win32", "", "home/AppData/Local/rnncourse"),
    ],
)
def test_cache_folder_is_where_the_system_keeps_caches(platform, variable, expected, monkeypatch):
    """The variable of the system counts where it has one."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "there")
    assert mnist.cache_folder() == Path(expected)


def test_digits_refuses_labels_that_do_not_fit():
    """One label an image."""
    images = np.zeros((3, 28, 28), np.uint8)
    with pytest.raises(ShapeError, match=r"`test_images` must have shape \(2, 28, 28\)"):
        datasets.Digits(images, np.zeros(3, np.uint8), images, np.zeros(2, np.uint8), "nowhere")


@pytest.mark.skipif(not REAL, reason="RNNCOURSE_DATA_DIR is not set")
def test_load_mnist_of_the_real_files():
    """The published set: sizes, classes, and the sum of all pixels of the test images."""
    digits = datasets.load_mnist(download=False)
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.test_images.shape == (10_000, 28, 28)
    assert digits.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(digits.test_labels).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    # The mean and the standard deviation that the literature normalises with.
    assert digits.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert digits.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


# ----------------------------------------------------------------------- digits


def test_load_digit_rows_is_mnist_where_it_is(small):
    """One line says so."""
    put(small.contents, small.folder)
    lines = []
    assert same(datasets.load_digit_rows(say=lines.append), small.arrays)
    assert lines == ["Digits: MNIST; 12 images for training, 5 for testing."]


def test_load_digit_rows_falls_back_without_a_download(small, keras, capsys):
    """The same shapes and types, one visible line, and nothing is fetched unasked."""
    pytest.importorskip("sklearn")
    digits = datasets.load_digit_rows()
    assert keras.downloads == 0
    assert "scikit-learn" in digits.source
    captured = capsys.readouterr()
    assert captured.out.startswith("Digits: scikit-learn's digits")
    assert (captured.out.count("\n"), captured.err) == (1, "")
    for images, labels in (
        (digits.train_images, digits.train_labels),
        (digits.test_images, digits.test_labels),
    ):
        assert images.shape == (len(labels), 28, 28)
        assert images.dtype == labels.dtype == np.uint8


def test_load_digit_rows_downloads_when_asked(small, keras):
    """`download=True` fetches MNIST."""
    lines = []
    assert same(datasets.load_digit_rows(download=True, say=lines.append), small.arrays)
    assert keras.downloads == 1
    assert len(lines) == 1


def test_load_digit_rows_falls_back_when_the_download_fails(small, keras):
    """A chapter runs without a network, and the line says why it is not MNIST."""
    pytest.importorskip("sklearn")
    keras.result = Exception("no route to host")
    lines = []
    digits = datasets.load_digit_rows(download=True, say=lines.append)
    assert "scikit-learn" in digits.source
    assert len(lines) == 1
    assert "no route to host" in lines[0]


def test_load_digit_rows_does_not_hide_a_damaged_file(small):
    """Falling back would leave the learner with other data than the folder promises."""
    put(dict.fromkeys(small.contents, b"damaged"), small.folder)
    with pytest.raises(DataError, match="MD5"):
        datasets.load_digit_rows()


def test_bundled_digits_without_scikit_learn_says_what_to_install(monkeypatch):
    """The error is the course's, with the command."""
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(CourseError, match="pip install scikit-learn"):
        datasets.bundled_digits()


def test_bundled_digits_split_is_stratified_and_repeats():
    """Each class gives the same share to the test, the same images every time."""
    pytest.importorskip("sklearn")
    first, again = datasets.bundled_digits(), datasets.bundled_digits()
    assert len(first.train_labels) + len(first.test_labels) == 1797
    share = np.bincount(first.test_labels) / np.bincount(
        np.concatenate([first.train_labels, first.test_labels])
    )
    assert share == pytest.approx(np.full(10, 1 / 6), abs=0.01)
    assert np.array_equal(first.train_images, again.train_images)
    assert np.array_equal(first.test_images, again.test_images)


def test_bundled_digits_are_the_originals_at_another_size():
    """Taken down to 8×8 again they are nearly the originals, with labels in step."""
    load_digits = pytest.importorskip("sklearn.datasets").load_digits
    pixels, labels = load_digits(return_X_y=True)
    digits = datasets.bundled_digits()
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 255)
    small = resize_images(digits.train_images, 8) * (16 / 255)
    places = [np.flatnonzero(labels == k)[: np.sum(digits.train_labels == k)] for k in range(10)]
    kept = np.sort(np.concatenate(places))
    assert np.array_equal(labels[kept], digits.train_labels)
    assert np.abs(small - pixels[kept].reshape(-1, 8, 8)).mean() < 0.6


def test_resize_images_is_bilinear(rng):
    """The same as SciPy's spline of order 1 on the half-pixel grid."""
    ndimage = pytest.importorskip("scipy.ndimage")
    images = rng.normal(size=(3, 8, 8))
    expected = [
        ndimage.zoom(image, 28 / 8, order=1, mode="nearest", grid_mode=True) for image in images
    ]
    assert resize_images(images, 28) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("shape", [(8, 8), (2, 8, 7), (2, 0, 0), (1, 2, 8, 8)])
def test_resize_images_refuses_other_shapes(shape):
    """Square images, in a batch."""
    with pytest.raises(ShapeError, match=r"\(images, size, size\)"):
        resize_images(np.zeros(shape), 28)
