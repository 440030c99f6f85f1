"""Values as plain text: how arguments and answers travel, and are stored.

A value is an array, a number, text, `None`, a stand-in for a function, or a
list, tuple or dict of values. It becomes a tree of JSON types and comes back the same. Nothing is
pickled and nothing is decompressed, so reading a stranger's tree runs no code
and takes no more memory than its text. Whatever else a function may return (a
tensor, a generator) comes back as `Foreign`, which names its type.
"""

import base64
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncourse.checks.stand_ins import STAND_INS, StandIn
from rnncourse.errors import CourseError

KINDS = "biufc"
"""Kinds of NumPy data that travel: bool, integer, unsigned, float, complex."""
DTYPES = {np.dtype(code).name for code in np.typecodes["All"] if np.dtype(code).kind in KINDS}
"""Their names; no other text is ever made a dtype of."""


@dataclass(frozen=True)
class Foreign:
    """A value that does not travel: the name of its type stands for it."""

    type_name: str


def to_text(value: Any, *, readable: bool = False) -> str:
    """Return `value` as JSON text.

    Args:
        value: Any value; what cannot travel becomes `Foreign`.
        readable: Write array elements as numbers, which a person can read and
            a version control system can compare, instead of as base64.

    Returns:
        The text; equal values give equal text.

    >>> to_text((np.arange(3.0), None), readable=True)
    '{"tuple": [{"dtype": "float64", "shape": [3], "values": [0.0, 1.0, 2.0]}, null]}'
    """
    return json.dumps(to_tree(value, readable=readable))


def from_text(text: str) -> Any:
    """Return the value that `to_text` wrote.

    Raises:
        CourseError: If the text is not what `to_text` writes.

    >>> from_text(to_text({"h": np.eye(2)}))["h"]
    array([[1., 0.],
           [0., 1.]])
    """
    try:
        return from_tree(json.loads(text))
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise CourseError(f"This is not a stored value: {error}") from error


def to_tree(value: Any, *, readable: bool = False) -> Any:
    """Return `value` as a tree of JSON types."""
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return {"float": repr(value)}
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in KINDS:
        return _array_to_tree(np.asarray(value), readable)
    if type(value) is list:
        return [to_tree(item, readable=readable) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [to_tree(item, readable=readable) for item in value]}
    if type(value) is dict:
        return {
            "dict": [[str(key), to_tree(item, readable=readable)] for key, item in value.items()]
        }
    if isinstance(value, StandIn):
        settings = to_tree(value.settings(), readable=readable)
        return {"stand_in": [type(value).__name__, settings]}
    return {"foreign": value.type_name if isinstance(value, Foreign) else _type_name(value)}


def from_tree(tree: Any) -> Any:
    """Return the value that `to_tree` made a tree of."""
    if isinstance(tree, list):
        return [from_tree(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "dtype" in tree:
        return _array_from_tree(tree)
    if len(tree) != 1:
        raise ValueError(f"a value has one kind, not {len(tree)}")
    kind, content = next(iter(tree.items()))
    if kind == "float":
        return float(content)
    if kind == "tuple":
        return tuple(from_tree(item) for item in content)
    if kind == "dict":
        return {str(key): from_tree(item) for key, item in content}
    if kind == "stand_in":
        return STAND_INS[content[0]](**from_tree(content[1]))
    if kind == "foreign":
        return Foreign(str(content)[:80])
    raise ValueError(f"unknown kind {kind!r}")


def rounded(value: Any) -> Any:
    """Return `value` with every float array and number at nine significant digits.

    Stored cases are rounded, so that the last bit, in which one processor's
    tanh differs from another's, never changes a file.

    >>> rounded(np.array([1 / 3]))
    array([0.33333333])
    """
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        digits = [float(f"{item:.9g}") for item in value.ravel().tolist()]
        return np.array(digits, dtype=value.dtype).reshape(value.shape)
    if isinstance(value, np.ndarray) and value.dtype.kind == "c":
        numbers = [_rounded_complex(item) for item in value.ravel().tolist()]
        return np.array(numbers, dtype=value.dtype).reshape(value.shape)
    if isinstance(value, list | tuple):
        return type(value)(rounded(item) for item in value)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, StandIn):
        return type(value)(**rounded(value.settings()))
    return value


def _rounded_complex(number: complex) -> complex:
    """Return both parts with as many decimal places as give the larger one nine digits."""
    size = abs(number)
    if size == 0 or not math.isfinite(size):
        return number
    places = 8 - math.floor(math.log10(size))
    return complex(round(number.real, places), round(number.imag, places))


def describe(value: Any) -> str:
    """Return what `value` is, in a few words.

    >>> describe((np.zeros((4, 5)), 3))
    'a tuple of 2: float64 (4, 5), the int 3'
    """
    if isinstance(value, Foreign):
        article = "an" if value.type_name[:1] in "aeiou" else "a"
        return f"{article} {value.type_name}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}" if value.ndim else f"the {value.dtype} {value}"
    if value is None:
        return "None"
    if isinstance(value, list | tuple):
        inside = ", ".join(_briefly(item) for item in value[:3])
        more = ", …" if len(value) > 3 else ""
        return f"{_briefly(value)}: {inside}{more}" if value else _briefly(value)
    if isinstance(value, bool | int | float | str):
        return f"the {type(value).__name__} {_short(value)}"
    return _briefly(value) if isinstance(value, dict) else f"a {type(value).__name__}"


def printable(text: str) -> str:
    """Return text that can be written to a file: without lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def _short(value: Any) -> str:
    if isinstance(value, int) and abs(value) > 10**40:
        return "of more than 40 digits"
    return printable(str(value)[:40])


def _briefly(value: Any) -> str:
    """Return what a value is, without what is in it."""
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value) or 'nothing'}"
    return describe(value)


def _type_name(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"array of dtype {value.dtype}"
    module = type(value).__module__.split(".")[0]
    prefix = "" if module in ("builtins", "__main__") else f"{module} "
    return printable(f"{prefix}{type(value).__name__}"[:80])


def _array_to_tree(array: np.ndarray, readable: bool) -> dict[str, Any]:
    array = array.astype(array.dtype.newbyteorder("="), order="C", copy=False)
    tree: dict[str, Any] = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if readable and array.dtype.kind in "biuf":
        tree["values"] = array.ravel().tolist()
    else:
        tree["base64"] = base64.b64encode(array.tobytes()).decode()
    return tree


def _array_from_tree(tree: dict[str, Any]) -> np.ndarray:
    if tree["dtype"] not in DTYPES:
        raise ValueError(f"arrays of {tree['dtype']!r:.80} do not travel")
    dtype = np.dtype(tree["dtype"])
    shape = tuple(int(size) for size in tree["shape"])
    if "values" in tree:
        return np.array(tree["values"], dtype=dtype).reshape(shape)
    data = base64.b64decode(tree["base64"], validate=True)
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
