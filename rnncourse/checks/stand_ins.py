"""Stand-ins: small callables that a question hands to the learner's function.

A function that takes a cell or a model is tried with one of these. A stand-in
is a frozen dataclass of plain values, so it travels as its name and fields.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

STAND_INS: dict[str, type["StandIn"]] = {}


class StandIn:
    """A callable that travels. Subclasses are frozen dataclasses with `__call__`."""

    def __init_subclass__(cls) -> None:
        STAND_INS[cls.__name__] = cls

    def __str__(self) -> str:
        return f"{type(self).__name__}(…)"

    def settings(self) -> dict[str, Any]:
        """Return the fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True)
class LinearCell(StandIn):
    """A linear cell whose output is not its state: `h' = x W + h U`, `y = h' V`.

    Args:
        kernel: W, shape `(features, units)`.
        recurrent_kernel: U, shape `(units, units)`.
        output_kernel: V, shape `(units, outputs)`.
    """

    kernel: NDArray[np.float64]
    recurrent_kernel: NDArray[np.float64]
    output_kernel: NDArray[np.float64]

    def __call__(self, x: NDArray[Any], h: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the output and the next state of one step."""
        h = x @ self.kernel + h @ self.recurrent_kernel
        return h @ self.output_kernel, h


@dataclass(frozen=True)
class DecimalCell(StandIn):
    """A cell that reads digits: the state is the number so far, the output what is left of it.

    Input, state and output have the same shape, so that no error stops a program
    that takes one for the other: it gives wrong numbers, as in most networks.

    Args:
        modulus: The output is the remainder of the new number after division by it.

    >>> DecimalCell(modulus=7)(np.array([[2.0]]), np.array([[31.0]]))
    (array([[4.]]), array([[312.]]))
    """

    modulus: int

    def __call__(self, x: NDArray[Any], h: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the output and the next state of one step."""
        h = 10 * h + x
        return h % self.modulus, h


@dataclass(frozen=True)
class StillCell(StandIn):
    """A cell whose state never changes, and whose output is its input.

    >>> StillCell()(np.array([[2.0]]), np.array([[31.0]]))
    (array([[2.]]), array([[31.]]))
    """

    def __call__(self, x: NDArray[Any], h: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the output and the next state of one step."""
        return x, h
