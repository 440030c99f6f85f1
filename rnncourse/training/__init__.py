"""Fitting a Keras model: progress, seeds, early stop, checkpoints, device and precision.

`fit` takes shuffled batches of examples; `train_truncated` goes along a stream in windows,
carries the state, and cuts the gradient. Both return a `History`. Many steps run inside one
compiled call under TensorFlow (`compiled`); other backends take a step a call (`portable`).
"""

from rnncourse.training.fitting import fit
from rnncourse.training.hardware import seed_everything
from rnncourse.training.history import Evaluation, History
from rnncourse.training.truncated import train_truncated

__all__ = ["Evaluation", "History", "fit", "seed_everything", "train_truncated"]
