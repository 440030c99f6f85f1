"""Adapters: other ways to call a learner's function than a plain call with plain values.

An adapter runs where the function lives: in the learner's kernel, or here for
a reference. It takes the function and plain arguments, and returns a plain
value; a question names it with `through=`. What it reports of the function
besides its values (whether it has a loop in its graph) is the word of the
learner's own kernel, as the state of the arguments after a call is.

    tensors     arrays go in as tensors, tensors come back as arrays
    any_length  the same through a graph that was traced without knowing the number of steps
    traces      what a compiled function gives for several shapes, and how often it was traced

TensorFlow is imported only where an adapter that needs it is called.
"""

import logging
import re
from collections.abc import Callable
from functools import partial, wraps
from importlib import import_module
from threading import Timer
from typing import Any

import numpy as np

from rnncourse.errors import QuestionError

Function = Callable[..., Any]
ADAPTERS: dict[str, Callable[..., Any]] = {}
GRAPH_LIMIT = 3.0
"""Seconds that a graph may run. TensorFlow heeds no interrupt inside a loop that never ends."""
PREAMBLE = (
    "Graph execution error",
    "Exception encountered when calling",
    "Detected at node",
    "<stack traces",
    "File ",
    "[[",
)
NOISE = re.compile(
    r"\{\{[^}]*\}\}\s*"  # {{node while/MatMul}}
    r"|\x1b\[[\d;]*m"  # bold type of a terminal
    r"| with name '[^']*'(?= of layer)"
    r"|(?<=[a-z])_\d+(?=' is incompatible)"  # layer 'dense_16': how many there were before
    r"|\s*\[Op:\w+\].*"
    r"|_Mkl(?=[A-Z])"  # _MklMatMul: the name where oneDNN is on
    r"|for '[^']*' (?=with input)"
    r"| \([\w/]+:\d+\)"  # (while/mul:0), the name of a tensor
    r"|[,.;]? (You can attempt|This error may|To allow the shape|Received args).*"
)
"""What of TensorFlow's and Keras's errors is no use to a learner: whole lines, and parts of one."""
HINTS = {
    "Can not cast TensorSpec": "The signature must fit every call: None leaves a size open.",
    " enters the loop with ": "The body returns the loop variables in the order in which they "
    "came in, with the same shapes and dtypes.",
    "is out of scope": "A Python list cannot carry what a loop's body computes out of the loop: "
    "use a tf.TensorArray.",
}
"""What TensorFlow's errors leave out, by a part of their text."""


class _TensorFlow:
    """TensorFlow, imported where it is first used: that takes seconds."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "pytest_")):  # pytest looks for these in everything
            raise AttributeError(name)
        return getattr(import_module("tensorflow"), name)


tf = _TensorFlow()


class UnreadableAnswer(Exception):  # noqa: N818 - not an error of ours, but an answer
    """An answer of a form that cannot be compared; its text is what the learner is told."""


def adapted(function: Function, through: str) -> Function:
    """Return what calls `function` through the adapter of that name; itself for "".

    Raises:
        QuestionError: If there is no such adapter.
    """
    if not through:
        return function
    if through not in ADAPTERS:
        raise QuestionError(
            f"The adapter {through!r} is unknown here. "
            "Are the cases newer than rnncourse? Update it."
        )
    return partial(ADAPTERS[through], function)


def adapter(function: Function) -> Function:
    """Register an adapter under its own name."""
    ADAPTERS[function.__name__] = function
    return function


def boundary(call: Function) -> Function:
    """Keep TensorFlow's remarks off the page and its errors short; the learner's line stays."""

    @wraps(call)
    def bounded(*arguments: Any) -> Any:
        logger = logging.getLogger("tensorflow")
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        try:
            return call(*arguments)
        except UnreadableAnswer:
            raise
        except Exception as error:
            kind = type(type(error).__name__, (Exception,), {})
            raise kind(_brief(str(error))).with_traceback(error.__traceback__) from None
        finally:
            logger.setLevel(level)

    return bounded


@adapter
@boundary
def tensors(function: Function, *arguments: Any) -> Any:
    """Call `function` with arrays as tensors of their dtype, and return its tensors as arrays."""
    return _as_arrays(function(*_as_tensors(arguments)))


@adapter
@boundary
def any_length(function: Function, x: Any, *others: Any) -> Any:
    """Trace `function` without knowing how many steps `x` has, and run the graph.

    Args:
        function: Takes and returns tensors. AutoGraph is off: its loop must be TensorFlow's own.
        x: A sequence, shape `(batch, timesteps, …)`; its second axis is left open.
        others: Further arrays, of known shapes.

    Returns:
        What the graph gives for `x` and `others`, tensors as arrays.

    Raises:
        UnreadableAnswer: If there is no loop in the graph, or it does not end.
    """
    arguments = _as_tensors((x, *others))
    signature = [tf.TensorSpec(value.shape, value.dtype) for value in arguments]
    signature[0] = tf.TensorSpec((x.shape[0], None, *x.shape[2:]), x.dtype)
    compiled = tf.function(function, input_signature=signature, autograph=False)
    graph = compiled.get_concrete_function()
    value = _within_limit(graph, arguments)
    if value is not None and not _has_loop(graph):
        raise UnreadableAnswer("There is no loop in the graph. Loop with tf.while_loop.")
    return _as_arrays(value)


@adapter
@boundary
def traces(function: Function, x: Any) -> Any:
    """Let `function` compile a sum over time, call that, and count how often it was traced.

    Args:
        function: Takes a function of one tensor and the number of its features; returns a
            compiled function.
        x: A sequence, shape `(batch, timesteps, features)`.

    Returns:
        The sums for several parts of `x`, and the number of traces.

    Raises:
        UnreadableAnswer: If what comes back is no function, or is not compiled, or if its one
            trace was not made for any batch size, any length and these features.
    """
    eager: list[bool] = []
    shapes: list[Any] = []

    def sum_over_time(x: Any) -> Any:
        eager.append(tf.executing_eagerly())
        shapes.append(x.shape)
        return tf.reduce_sum(x, axis=1)

    compiled = function(sum_over_time, x.shape[2])
    if not callable(compiled):
        ended = " Does it end without `return`?" if compiled is None else ""
        kind = type(compiled).__name__
        raise UnreadableAnswer(f"What came back is of type {kind}, not a function.{ended}")
    if any(eager):
        raise UnreadableAnswer("It runs `function` by hand: compile it, and leave the calls to us.")
    parts = (x, x[:, :1], x[:, 1:], x, x[1:])
    sums = [_as_arrays(compiled(tf.constant(part))) for part in parts]
    if any(eager):
        raise UnreadableAnswer("It is not compiled: its Python code runs at every call.")
    if len(shapes) == 1 and str(shapes[0]) != f"(None, None, {x.shape[2]})":
        raise UnreadableAnswer(
            f"Its one trace was made for the shape {shapes[0]}, where None is any size. "
            "It should know the features, and leave the other two open."
        )
    return sums, len(eager)


def _as_tensors(values: tuple[Any, ...]) -> list[Any]:
    return [tf.constant(value) if isinstance(value, np.ndarray) else value for value in values]


def _as_arrays(value: Any) -> Any:
    """Return `value` with tensors as arrays; what is an array already is told."""
    if isinstance(value, list | tuple):
        return type(value)(_as_arrays(item) for item in value)
    if isinstance(value, np.ndarray | np.generic):
        raise UnreadableAnswer(
            "A NumPy array came back, where a tensor is asked: use tf.tanh, tf.stack and so on."
        )
    if isinstance(value, tf.TensorArray) or getattr(value, "dtype", None) is tf.variant:
        raise UnreadableAnswer("A TensorArray came back: its method stack() gives the tensor.")
    return value.numpy() if tf.is_tensor(value) else value


def _has_loop(graph: Any) -> bool:
    definition = graph.graph.as_graph_def()
    nodes = [*definition.node, *(n for f in definition.library.function for n in f.node_def)]
    return any(node.op.endswith("While") for node in nodes)


def _within_limit(graph: Any, arguments: list[Any]) -> Any:
    """Run a graph; one that takes too long is cancelled from another thread."""
    manager = import_module("tensorflow.python.eager.cancellation").CancellationManager()
    timer = Timer(GRAPH_LIMIT, manager.start_cancel)
    timer.start()
    try:
        return manager.get_cancelable_function(graph)(*arguments)
    except tf.errors.CancelledError:
        raise UnreadableAnswer(
            f"The loop had not ended after {GRAPH_LIMIT:g} s. Does its body return t + 1?"
        ) from None
    finally:
        timer.cancel()


def _brief(text: str) -> str:
    """Return what an error of TensorFlow or Keras says, without graph internals, and a hint.

    >>> _brief("{{function_node f}} Matrix size-incompatible: [4,3], [5,5] [Op:MatMul] name: ")
    'Matrix size-incompatible: [4,3], [5,5]'
    """
    lines = [line.strip() for line in text.splitlines()]
    telling = [line for line in lines if line and not line.startswith(PREAMBLE)]
    if not telling:
        return text
    said = NOISE.sub("", telling[0])
    hint = next((hint for part, hint in HINTS.items() if part in said), "")
    return f"{said.rstrip('.')}. {hint}" if hint else said
