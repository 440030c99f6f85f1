"""The back matter is complete: every call of the sources is translated, and run."""

import re

import pytest

from tests.conftest import ROOT

BOOK = ROOT / "book"
CALLS = [
    "tf.placeholder",
    "feed_dict",
    "tf.Session",
    "sess.run",
    "eval",
    "sess.close",
    "minimize",
    "tf.Variable",
    "tf.zeros",
    "tf.constant",
    "tf.random_normal",
    "tf.truncated_normal",
    "tf.initialize_all_variables",
    "tf.global_variables_initializer",
    "zero_state",
    "read_data_sets",
    "one_hot=True",
    "mnist.train.images",
    "mnist.test.images",
    "mnist.train.num_examples",
    "mnist.train.next_batch",
    "images.reshape",
    "tf.matmul",
    "tf.tanh",
    "tf.nn.relu",
    "tf.reshape",
    "tf.transpose",
    "tf.unstack",
    "tf.stack",
    "tf.gather",
    "tf.one_hot",
    "tf.argmax",
    "tf.equal",
    "tf.not_equal",
    "tf.cast",
    "tf.reduce_mean",
    "tf.reduce_sum",
    "tf.log",
    "tf.clip_by_value",
    "BasicRNNCell",
    "BasicLSTMCell",
    "tf.contrib.rnn.LSTMCell",
    "tf.nn.rnn_cell.LSTMCell",
    "state_is_tuple",
    "static_rnn",
    "tf.nn.dynamic_rnn",
    "sequence_length",
    "initial_state",
    "swap_memory",
    "time_major",
    "final_state[0]",
    "final_state[1]",
    "tf.layers.dense",
    "OutputProjectionWrapper",
    "tf.nn.softmax",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "tf.nn.in_top_k",
    "tf.train.AdamOptimizer",
    "tf.train.AdagradOptimizer",
    "tf.contrib",
]
"""Every call in the five source documents."""
NOTHING_TO_RUN = {
    "sess.close",
    "tf.initialize_all_variables",
    "tf.global_variables_initializer",
    "one_hot=True",
    "mnist.test.images",
    "state_is_tuple",
    "swap_memory",
    "time_major",
    "tf.contrib",
    "tf.nn.rnn_cell.LSTMCell",
}
"""What has no counterpart, or the same one as its neighbour."""


@pytest.fixture(scope="module")
def page():
    """Return the table of calls, as it is written."""
    return (BOOK / "tf1_to_keras3.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("call", CALLS)
def test_every_call_of_the_sources_has_a_row(page, call):
    """A reader of the old tutorials finds what they read."""
    old = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    assert any(call in cell for cell in old)


@pytest.mark.parametrize("call", [call for call in CALLS if call not in NOTHING_TO_RUN])
def test_every_row_is_run_by_a_cell(page, call):
    """A comment in a cell names the old call beside the line that takes its place."""
    cells = re.findall(r"```\{code-cell\} ipython3\n(.*?)```", page, re.DOTALL)
    comments = " ".join(re.findall(r"#(.*)", "\n".join(cells)))
    short = call.removeprefix("mnist.").split("rnn.")[-1].split("train.Ad")[-1]
    assert short in comments or short.removeprefix("tf.nn.") in comments
