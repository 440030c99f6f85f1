"""Values as plain text: how arguments and answers travel, and are stored.

A value is an array, a number, text, `None`, or a list, tuple or dict of
values. It becomes a tree of JSON types and comes back the same. Nothing is
pickled and nothing is decompressed, so reading a stranger's tree runs no code
and takes no more memory than its text. Whatever else a function may return (a
tensor, a generator) comes back as `Foreign`, which names its type.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncourse.errors import CourseError

KINDS = "biufc"
"""Kinds of NumPy data that travel: bool, integer, unsigned, float, complex."""


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
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
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
    return {"foreign": value.type_name if isinstance(value, Foreign) else _type_name(value)}


def from_tree(tree: Any) -> Any:
    """Return the value that `to_tree` made a tree of."""
    if isinstance(tree, list):
        return [from_tree(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "dtype" in tree:
        return _array_from_tree(tree)
    kind, content = next(iter(tree.items()))
    if kind == "float":
        return float(content)
    if kind == "tuple":
        return tuple(from_tree(item) for item in content)
    if kind == "dict":
        return {str(key): from_tree(item) for key, item in content}
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
    if isinstance(value, list | tuple):
        return type(value)(rounded(item) for item in value)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def describe(value: Any) -> str:
    """Return what `value` is, in a few words.

    >>> describe((np.zeros((4, 5)), 3))
    'a tuple of 2: float64 (4, 5); the int 3'
    """
    if isinstance(value, Foreign):
        return f"a {value.type_name}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}" if value.ndim else f"the {value.dtype} {value}"
    if value is None:
        return "None"
    if isinstance(value, list | tuple):
        name = "a tuple" if isinstance(value, tuple) else "a list"
        inside = "; ".join(describe(item) for item in value[:3])
        return f"{name} of {len(value)}: {inside}" if value else f"{name} of nothing"
    if isinstance(value, bool | int | float | str):
        return f"the {type(value).__name__} {str(value)[:40]}"
    return f"a {type(value).__name__} of {len(value)}" if isinstance(value, dict) else str(value)


def _type_name(value: Any) -> str:
    kind = f" of {value.dtype}" if isinstance(value, np.ndarray) else ""
    return f"{type(value).__module__.split('.')[0]} {type(value).__name__}{kind}"


def _array_to_tree(array: np.ndarray, readable: bool) -> dict[str, Any]:
    array = array.astype(array.dtype.newbyteorder("="), order="C", copy=False)
    tree: dict[str, Any] = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if readable and array.dtype.kind in "biuf":
        tree["values"] = array.ravel().tolist()
    else:
        tree["base64"] = base64.b64encode(array.tobytes()).decode()
    return tree


def _array_from_tree(tree: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(str(tree["dtype"]))
    if dtype.kind not in KINDS:
        raise ValueError(f"arrays of {dtype} do not travel")
    shape = tuple(int(size) for size in tree["shape"])
    if "values" in tree:
        return np.array(tree["values"], dtype=dtype).reshape(shape)
    data = base64.b64decode(tree["base64"], validate=True)
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
