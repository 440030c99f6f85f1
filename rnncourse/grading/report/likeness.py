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
LONGEST = 20_000
"""Signs of an answer that are looked at: nobody can have the report wait, or run out of memory."""
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
    rare = sorted(run for run, count in held.items() if 1 < count <= few(len(codes)))
    if not rare:
        return []
    table = np.array([[run in runs for run in rare] for runs in found.values()], dtype=float)
    weight = np.array([np.log(len(codes) / held[run]) for run in rare])
    # What one answer alone has makes it larger, and shares nothing.
    alone = np.array([sum(held[run] == 1 for run in runs) for runs in found.values()])
    size = table @ weight + np.log(len(codes)) * alone
    smaller = np.minimum.outer(size, size)
    counts, shared = table @ table.T, (table * weight) @ table.T
    chosen = np.triu((counts >= LEAST) & (shared >= ALIKE * smaller), 1)
    names = list(found)
    pairs = [
        Pair(names[a], names[b], int(counts[a, b]), round(float(shared[a, b] / smaller[a, b]), 6))
        for a, b in zip(*np.nonzero(chosen), strict=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair.shared * pair.likeness, pair.first, pair.second))


def few(answers: int) -> int:
    """Return how many of so many answers may have a run of code that still counts as rare."""
    return max(FEW, int(SHARE * answers))


def _runs(code: str) -> Iterator[tuple[str, ...]]:
    tokens = list(_tokens(code[:LONGEST]))
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
