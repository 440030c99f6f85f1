"""A training run on disk: weights, optimizer, random numbers and history in one file.

The file is NumPy's, without pickle, so reading one runs no code. It is written beside its
place and moved there in one go: a crash leaves the previous one.
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np

from rnncourse.errors import DataError
from rnncourse.training.history import Evaluation, Log


def save_checkpoint(
    path: Path, *, model: Any, optimizer: Any, log: Log, rng_state: Mapping[str, Any]
) -> None:
    """Write the state of a run.

    Args:
        path: The file, `….npz` by custom.
        model: Its weights are saved.
        optimizer: Its variables are saved.
        log: The history so far.
        rng_state: State of the generator at the start of the present epoch.
    """
    arrays = {name: variable.numpy() for name, variable in _variables(model, optimizer)}
    arrays["losses"] = np.array(log.losses, dtype="float64")
    arrays["calls"] = np.array(log.calls, dtype="float64").reshape(-1, 2)
    arrays["evaluations"] = np.array([astuple(e) for e in log.evaluations]).reshape(-1, 3)
    arrays["rng"] = np.array(json.dumps(rng_state))
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as file:
        np.savez(file, **arrays)
    beside.replace(path)


def load_checkpoint(path: Path, *, model: Any, optimizer: Any, log: Log) -> dict[str, Any]:
    """Put a saved run back into a model, its optimizer and a log.

    Args:
        path: What `save_checkpoint` wrote.
        model: A model of the same architecture.
        optimizer: A built optimizer of the same kind.
        log: An empty log.

    Returns:
        State of the generator at the start of the present epoch.

    Raises:
        DataError: If the file is damaged, or belongs to another model or optimizer.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            saved = dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as problem:
        raise DataError(
            f"The checkpoint {path} cannot be read: {problem}. Delete it to start afresh."
        ) from problem
    variables = _variables(model, optimizer)
    for name, variable in variables:
        if name not in saved or saved[name].shape != tuple(variable.shape):
            raise DataError(
                f"The checkpoint {path} must fit the model and its optimizer. It does not in "
                f"{name}. Is it another model's? Delete it, or name another file."
            )
    for name, variable in variables:
        variable.assign(saved[name])
    log.losses = saved["losses"].tolist()
    log.calls = [(int(step), seconds) for step, seconds in saved["calls"].tolist()]
    log.started -= log.calls[-1][1] if log.calls else 0.0
    log.evaluations = [Evaluation(int(s), a, b) for s, a, b in saved["evaluations"].tolist()]
    return json.loads(str(saved["rng"]))


def _variables(model: Any, optimizer: Any) -> list[tuple[str, Any]]:
    # Not the path: layer names carry a running number that differs between sessions.
    weights = [(f"model/{i}/{v.name}", v) for i, v in enumerate(model.variables)]
    return weights + [(f"optimizer/{i}", v) for i, v in enumerate(optimizer.variables)]
