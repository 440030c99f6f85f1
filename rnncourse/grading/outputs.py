"""A notebook's text without its outputs, however large they are.

No output is needed to grade a notebook, and one careless `print` makes a
hundred megabytes of them. They are passed over where they lie: never copied,
never parsed.
"""

import re
from mmap import mmap

DEPTH = 16
"""Lists and objects within each other that outputs may have; what is deeper is left in."""

STRING = rb'"(?:[^"\\]++|\\.)*+"'


def without_outputs(data: bytes | mmap) -> bytes:
    r"""Return the JSON text of a notebook with every list of outputs empty.

    The time grows with the size, also for a text that is not JSON at all: no
    part of it is looked at more than `DEPTH` times.

    Args:
        data: The text, for instance of a mapped file.

    >>> without_outputs(b'{"outputs": [{"text": ["]", "\\""]}], "source": "outputs"}')
    b'{"outputs": [], "source": "outputs"}'
    """
    return OUTPUTS.sub(rb"\1[]", data)


def _nested(depth: int) -> bytes:
    """Return a pattern of one JSON list or object with up to `depth` others within each other."""
    pattern = rb"(?!)"
    for _ in range(depth):
        pattern = rb'[\[{](?:[^"\[\]{}]++|' + STRING + rb"|" + pattern + rb")*+[\]}]"
    return pattern


OUTPUTS = re.compile(rb'((?<!\\)"outputs"\s*+:\s*+)' + _nested(DEPTH), re.DOTALL)
