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
    "variable_scope",
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


PASSAGES = {
    "000": [
        "a stream of random bits",
        "`reshape((batch_size, -1))`",
        "`np.roll`",
        "set to 0",
        "LSTM of 4 units, Adagrad",
        "`_current_cell_state`",
    ],
    "001": [
        "`MemoryError`",
        "as text, shuffled",
        "10,000 strings for training",
        "LSTM of 24 units",
        "`clip_by_value",
        "600 epochs",
        "validation set",
    ],
    "002": [
        "dense layer 28",
        "standard deviation of 1|standard deviation 1",
        "`zero_state(batch_size)`",
        "`init_state=`",
        "training accuracy",
    ],
    "003": [
        "A neuron that feeds its output back",
        "Equation 14-1",
        "mini-batch",
        "joined in one",
        '"Memory Cells"',
        "Sequence to sequence",
        "Sequence to vector",
        "Vector to sequence",
        "Encoder and decoder",
        "Two time steps by hand",
        "`static_rnn`",
        "`unstack`",
        "`dynamic_rnn`",
        "`swap_memory",
        '"Handling Variable Length Input Sequences"',
        "last valid state",
        '"Handling Variable-Length Output Sequences"',
        '"Training RNNs"',
        "MNIST by rows",
        "He's initialisation",
        "time series|Time Series",
        "`OutputProjectionWrapper`",
        "Mean squared error",
    ],
    "004": [
        "A gate is a sigmoid",
        "Three gates",
        "`final_state[0]`",
        "`final_state[2]`",
        "`LSTMCell(100)`",
        "a softmax at the end",
        "equally long",
    ],
}
"""What each source document tells, in its order, as the map's first column names it."""


@pytest.fixture(scope="module")
def mapped():
    """Return the rows of the source map: (documents, page, first cell, second cell)."""
    rows = []
    for part in (BOOK / "source_map.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        documents = re.findall(r"\b00\d\b", part.splitlines()[0])
        (page,) = re.findall(r"^The sections named below are in \[.*\]\((.*)\)\.$", part, re.M)
        for row in re.findall(r"^\| (.*) \|$", part.split("| --- |")[-1], re.MULTILINE):
            passage, sections, _ = row.split(" | ")
            rows.append((documents, page, passage, sections))
    return rows


@pytest.mark.parametrize(
    ("document", "passage"), [(d, p) for d, passages in PASSAGES.items() for p in passages]
)
def test_every_passage_of_the_sources_is_mapped(mapped, document, passage):
    """A reader of the sources finds where each part went."""
    names = passage.split("|")
    assert any(document in row[0] and any(name in row[2] for name in names) for row in mapped)


def test_every_section_that_the_source_map_names_exists(mapped):
    """A heading that is renamed takes its row along."""
    assert len(mapped) > 80
    lost = []
    for _, page, _, sections in mapped:
        headings = re.findall(r"^##+ (.*)$", (BOOK / page).read_text(encoding="utf-8"), re.M)
        for section in sections.split("; "):
            place = re.sub("^(Pitfall|Note) in ", "", section)
            if place not in {*headings, "–"} and not re.match(r"programs? \d", place):
                lost.append((page, section))
    assert not lost


def test_every_term_of_the_glossary_is_linked_from_a_chapter():
    """A term that no chapter links is one that no reader will look up."""
    glossary = (BOOK / "glossary.md").read_text(encoding="utf-8").split(":::{glossary}")[1]
    terms = re.findall(r"\n\n?(\S[^\n]*)\n(\S[^\n]*)\n  ", glossary)
    chapters = " ".join(page.read_text(encoding="utf-8") for page in BOOK.glob("[01]*.md"))
    links = re.findall(r"\{term\}`([^`<]*)(?:<([^`>]*)>)?`", re.sub(r"\s+", " ", chapters))
    linked = {(target or shown).strip().lower() for shown, target in links}
    assert len(terms) >= 80
    assert [english for english, _ in terms if english.lower() not in linked] == []
    assert all(re.search("[\u4e00-\u9fff]", chinese) or chinese.isupper() for _, chinese in terms)
