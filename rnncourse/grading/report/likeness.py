"""Which answers look alike, for a person to look at: never an accusation.

Right answers to a short question agree by nature, so what many have counts for
nothing: only runs of code that hardly anyone else in the class has do.

Source: Schleimer, Wilkerson and Aiken (2003), "Winnowing": fingerprints of runs of
tokens, here all of them, because a class is small; Spärck Jones (1972) on weighing
by rarity.
"""

import io
import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

RUN = 8
"""Tokens in a fingerprint: about a line and a half."""
FEWEST = 10
"""Answers below which nothing can be said: everything is rare."""
FEW, SHARE = 3, 0.02
"""A run counts that at most so many answers have, or this share of them if that is more."""
LEAST = 12
"""Rare runs that two answers must share."""
ALIKE = 0.5
"""How much of what is rare in one of them the other must have, from 0 to 1."""
SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
WORD = re.compile(r"[^\W\d]\w*|\d[\w.]*|\S")


@dataclass(frozen=True)
class Pair:
    """Two answers that look alike.

    Args:
        first: The one student.
        second: The other.
        shared: Rare runs of code that both have.
        likeness: The share of what is rare in one of them that the other has, from 0 to 1.
    """

    first: str
    second: str
    shared: int
    likeness: float


def alike(codes: Mapping[str, str], given: str = "") -> list[Pair]:
    """Return the pairs that look alike, the most alike first.

    Args:
        codes: The code of each student, by id.
        given: Code that was given to all: what it has does not count.
    """
    if len(codes) < FEWEST:
        return []
    stub = set(_runs(given))
    found = {who: set(_runs(code)) - stub for who, code in sorted(codes.items())}
    held = Counter(run for runs in found.values() for run in runs)
    most = few(len(codes))
    rare = sorted(run for run, count in held.items() if 1 < count <= most)
    # What one answer alone has is part of its size, and of nothing shared.
    weight = np.array([np.log(len(codes) / held[run]) for run in rare])
    names = list(found)
    own = np.log(len(codes))
    table = np.array([[run in found[who] for run in rare] for who in names], dtype=float)
    if not table.size:
        return []
    alone = np.array([sum(held[run] == 1 for run in found[who]) for who in names])
    size = table @ weight + own * alone
    shared, counts = (table * weight) @ table.T, table @ table.T
    pairs = []
    for one, other in zip(*np.nonzero(np.triu(counts, 1) >= LEAST), strict=True):
        likeness = shared[one, other] / min(size[one], size[other])
        if likeness >= ALIKE:
            pairs.append(Pair(names[one], names[other], int(counts[one, other]), float(likeness)))
    return sorted(pairs, key=lambda pair: (-pair.shared * pair.likeness, pair.first, pair.second))


def few(answers: int) -> int:
    """Return how many of so many answers may have a run of code that still counts as rare."""
    return max(FEW, int(SHARE * answers))


def _runs(code: str) -> Iterator[tuple[str, ...]]:
    tokens = list(_tokens(code))
    return (tuple(tokens[place : place + RUN]) for place in range(len(tokens) - RUN + 1))


def _tokens(code: str) -> Iterator[str]:
    """Yield the tokens of code, such that other names, numbers and texts are the same.

    Names after a dot are somebody else's, as in `np.tanh`, and stay.
    """
    before = ""
    for kind, text in _split(code):
        yield _same(kind, text, before)
        before = text


def _split(code: str) -> list[tuple[int, str]]:
    try:
        found = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):  # not Python, or not yet
        return [(tokenize.NAME if w[0].isalpha() else tokenize.OP, w) for w in WORD.findall(code)]
    return [(token.type, token.string) for token in found if token.type not in SKIPPED]


def _same(kind: int, text: str, before: str) -> str:
    if kind == tokenize.NAME:
        return text if before == "." or keyword.iskeyword(text) else "name"
    if kind == tokenize.NUMBER:
        return "0"
    if kind in (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE):
        return tokenize.tok_name[kind]
    return "text" if kind == tokenize.STRING else text
