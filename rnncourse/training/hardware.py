"""Seeds, and where and how precisely a model computes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from rnncourse.errors import TrainingError, UnknownNameError

PRECISIONS = ("auto", "float32", "bfloat16")


def seed_everything(seed: int) -> None:
    """Set the global seeds of Python, NumPy and the backend.

    Nothing else in the course sets a global seed. Keras draws initial weights and dropout
    from its own, so call this before building a model that must repeat.

    Args:
        seed: A whole number, 0 or more.

    >>> seed_everything(7)
    """
    keras.utils.set_random_seed(seed)


def choose_device(device: str = "auto") -> str:
    """Return the device to compute on, by Keras's name for it.

    Args:
        device: `"auto"` (a GPU where there is one), `"cpu"`, `"gpu"`, or with a number as
            in `"gpu:1"`.

    Returns:
        A name such as `"cpu:0"`.

    Raises:
        UnknownNameError: If it is no name of a device.
        TrainingError: If there is no such device here.

    >>> choose_device("cpu")
    'cpu:0'
    """
    kind, _, number = device.partition(":")
    if kind not in ("auto", "cpu", "gpu") or not (number or "0").isdigit():
        raise UnknownNameError.among("device", device, ["auto", "cpu", "gpu", "gpu:1"])
    count = _gpu_count()
    if kind == "auto":
        return "gpu:0" if count else "cpu:0"
    if kind == "gpu" and int(number or 0) >= count:
        raise TrainingError(
            f"`device` must exist here. Received: {device!r}, but the backend "
            f"{keras.backend.backend()} sees {count} GPUs. Pass device='auto', or see "
            "rnncourse doctor for what is missing."
        )
    return f"{kind}:{number or 0}"


def choose_precision(precision: str, device: str) -> str | None:
    """Return the dtype policy for a device, or None to leave a model as it was built.

    Args:
        precision: `"auto"` (bfloat16 products with float32 weights on a GPU that has them,
            else as built), `"float32"` or `"bfloat16"`.
        device: What `choose_device` returned.

    Returns:
        The name of a Keras dtype policy, or None.

    Raises:
        UnknownNameError: If there is no precision of that name.

    >>> choose_precision("bfloat16", "cpu:0")
    'mixed_bfloat16'
    """
    if precision not in PRECISIONS:
        raise UnknownNameError.among("precision", precision, PRECISIONS)
    if precision == "auto":
        wanted = device.startswith("gpu") and _gpu_has_bfloat16()
        return "mixed_bfloat16" if wanted else None
    return "float32" if precision == "float32" else "mixed_bfloat16"


@contextmanager
def computing(model: Any, *, device: str, precision: str) -> Iterator[None]:
    """Compute on a device at a precision inside the `with` block; afterwards as before.

    Weights are float32 throughout; bfloat16 is what the products are computed in. A model
    built in another type, float64 for instance, is left as it is by `"auto"`.

    Args:
        model: The model whose layers change their dtype policy.
        device: As in `choose_device`.
        precision: As in `choose_precision`.

    Yields:
        Nothing.

    Raises:
        TrainingError: If the weights are not float32 and `precision` asks for a change.
    """
    place = choose_device(device)
    policy = choose_precision(precision, place)
    types = {weight.dtype for weight in model.trainable_variables}
    if policy and types != {"float32"}:
        if precision != "auto":
            raise TrainingError(
                f"`precision={precision!r}` needs float32 weights. Received: {sorted(types)}. "
                "Build the model in float32, or pass precision='auto'."
            )
        policy = None
    before = [(layer, layer.dtype_policy) for layer in model._flatten_layers()]
    try:
        for layer, _ in before if policy else ():
            layer.dtype_policy = policy
        with keras.device(place):
            yield
    finally:
        for layer, old in before if policy else ():
            layer.dtype_policy = old


def _gpu_count() -> int:
    try:
        return len(keras.distribution.list_devices("gpu"))
    except RuntimeError:  # JAX raises where there is none
        return 0


def _gpu_has_bfloat16() -> bool:
    """Return whether the first GPU has bfloat16 units: compute capability 8 and later."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        gpu = tf.config.list_physical_devices("GPU")[0]
        details = tf.config.experimental.get_device_details(gpu)
        return bool(details.get("compute_capability", (0, 0)) >= (8, 0))
    if backend == "torch":
        import torch  # type: ignore[import-not-found]

        return bool(torch.cuda.is_bf16_supported())
    import jax  # type: ignore[import-not-found]

    capability = getattr(jax.devices("gpu")[0], "compute_capability", "0")
    return float(capability) >= 8
