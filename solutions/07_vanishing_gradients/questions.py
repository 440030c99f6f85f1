"""Questions of 07_vanishing_gradients: norms over time, clipping, two kinds of kernel."""

import numpy as np

from rnncourse.checks import BatchIndependent, InputsUntouched, Question

# Norms over time --------------------------------------------------------------------------


def walk_inputs(rng):
    """Return the arguments of `gradient_norms`; the kernel makes some gradients grow."""
    batch, timesteps, units = rng.choice([3, 4, 5, 6, 7], size=3, replace=False)
    return {
        "d_last": rng.normal(size=(batch, units)),
        "states": rng.uniform(-0.9, 0.9, size=(batch, timesteps, units)),
        "recurrent_kernel": 1.5 * rng.normal(size=(units, units)) / np.sqrt(units),
    }


def slope(h):
    return 1 - h**2


def walk(d, states, U, slope=slope):
    """Return the gradients for all states, shape (batch, timesteps, units)."""
    gradients = [d]
    for t in range(states.shape[1] - 1, 0, -1):
        gradients.append((gradients[-1] * slope(states[:, t])) @ U.T)
    return np.stack(gradients[::-1], axis=1)


def length(gradients):
    return np.linalg.norm(gradients, axis=2)


def one_step_too_far(d, h, U):
    before = (d * slope(h[:, -1])) @ U.T
    further = length(walk(before, h[:, :-1], U))
    first = (walk(before, h[:, :-1], U)[:, 0] * slope(h[:, 0])) @ U.T
    return np.column_stack([np.linalg.norm(first, axis=1), further])


def slope_after_the_kernel(d, h, U, earlier=0):
    gradients = [d]
    for t in range(h.shape[1] - 1, 0, -1):
        gradients.append((gradients[-1] @ U.T) * slope(h[:, t - earlier]))
    return length(np.stack(gradients[::-1], axis=1))


def slope_of_the_earlier_state(d, h, U):
    return length(walk(d, np.roll(h, 1, axis=1), U))


def added_at_every_step(d, h, U):
    gradients = [d]
    for t in range(h.shape[1] - 1, 0, -1):
        gradients.append(d + (gradients[-1] * slope(h[:, t])) @ U.T)
    return length(np.stack(gradients[::-1], axis=1))


def bound(d, h, U):
    steps = np.arange(h.shape[1])[::-1]
    return np.linalg.norm(d, axis=1, keepdims=True) * np.linalg.norm(U, 2) ** steps


def measured_by(norm, last=0):
    """Return a function that fills the columns with that norm, from the end down to `last`."""

    def norms(d, h, U):
        filled = np.zeros(h.shape[:2])
        for t in range(h.shape[1] - 1, last - 1, -1):
            filled[:, t] = norm(d)
            d = (d * slope(h[:, t])) @ U.T
        return filled

    return norms


def norms_in_place(d, h, U):
    norms = np.empty(h.shape[:2])
    for t in reversed(range(h.shape[1])):
        norms[:, t] = np.linalg.norm(d, axis=1)
        d *= slope(h[:, t])
        d[:] = d @ U.T
    return norms


def norms_of_products(d, h, U):
    norms = np.zeros(h.shape[:2])
    for i, states in enumerate(h):
        product = np.eye(len(U))
        for t in reversed(range(len(states))):
            norms[i, t] = np.linalg.norm(product @ d[i])
            product = U @ np.diag(slope(states[t])) @ product
    return norms


def norms_by_recursion(d, h, U):
    last = np.sqrt((d * d).sum(axis=1))[:, np.newaxis]
    if h.shape[1] == 1:
        return last
    before = np.einsum("bj,ij->bi", d * (1 - h[:, -1]) * (1 + h[:, -1]), U)
    return np.concatenate([norms_by_recursion(before, h[:, :-1], U), last], axis=1)


gradient_norms = Question(
    points=4,
    section="A layer: a product of matrices",
    draw=walk_inputs,
    properties=(InputsUntouched(), BatchIndependent(("d_last", "states"))),
    mistakes={
        "the recurrent kernel is not transposed: going back it is @ recurrent_kernel.T": (
            lambda d, h, U: length(walk(d, h, U.T))
        ),
        "the factor of tanh is missing: multiply by 1 - states[:, t]**2 before the kernel": (
            lambda d, h, U: length(walk(d, h, U, np.ones_like))
        ),
        "tanh is taken twice: the states have been through it, so the factor is 1 - h**2": (
            lambda d, h, U: length(walk(d, h, U, lambda h: 1 - np.tanh(h) ** 2))
        ),
        "the factor is 1 - h: the square is missing": lambda d, h, U: length(
            walk(d, h, U, lambda h: 1 - h)
        ),
        "the factor is h**2: it is 1 - h**2": lambda d, h, U: length(walk(d, h, U, lambda h: h**2)),
        "the kernel comes before the factor: first times 1 - h**2, then @ recurrent_kernel.T": (
            slope_after_the_kernel
        ),
        "the factor is that of the earlier state: from step t to t - 1 it is 1 - states[:, t]**2, "
        "before the kernel": lambda d, h, U: slope_after_the_kernel(d, h, U, earlier=1),
        "the factor is off by one step: from step t to t - 1 it is 1 - states[:, t]**2": (
            slope_of_the_earlier_state
        ),
        "all norms are one step too far: measure first, then go back; the last column is the norm "
        "of d_last": one_step_too_far,
        "it goes forwards: d_last belongs to the last step, so begin there and use the states from "
        "the last to the first": lambda d, h, U: length(walk(d, h[:, ::-1], U))[:, ::-1],
        "the steps are in reverse order: d_last belongs to the last column": lambda d, h, U: length(
            walk(d, h, U)
        )[:, ::-1],
        "the root is missing: a norm is the square root of the sum of squares": lambda d, h, U: (
            length(walk(d, h, U)) ** 2
        ),
        "absolute values are summed: a norm is the square root of the sum of squares": (
            lambda d, h, U: np.abs(walk(d, h, U)).sum(axis=2)
        ),
        "it is the largest entry: a norm is the square root of the sum of squares": (
            lambda d, h, U: np.abs(walk(d, h, U)).max(axis=2)
        ),
        "it is the root of the mean of squares: sum over the units, do not average": (
            lambda d, h, U: np.sqrt((walk(d, h, U) ** 2).mean(axis=2))
        ),
        "the gradient is measured after the factor of tanh: measure it before": lambda d, h, U: (
            length(walk(d, h, U) * slope(h))
        ),
        "d_last is added at every step: the loss looks at the last state only": added_at_every_step,
        "it is divided by the norm of d_last: return the norms themselves": lambda d, h, U: (
            length(walk(d, h, U)) / np.linalg.norm(d, axis=1, keepdims=True)
        ),
        "it is the bound by the largest singular value: take the gradient itself back": bound,
        "the gradients are returned, not their norms: take the norm over the units": walk,
        "one norm for the whole batch: each instance has its own": lambda d, h, U: np.linalg.norm(
            walk(d, h, U), axis=(0, 2)
        ),
        "the norm is over the batch: it is over the units, the last axis": lambda d, h, U: (
            np.linalg.norm(walk(d, h, U), axis=0)
        ),
        "the norm is taken over the batch: it goes over the units, axis=1": lambda d, h, U: (
            np.linalg.norm(walk(d, h, U), axis=0).T
        ),
        "a norm over axis 0 runs over the batch, and does not fit into a column of the result: it "
        "goes over the units, axis=1": measured_by(lambda d: np.linalg.norm(d, axis=0)),
        "every row holds the norm of the whole batch: each instance has its own, so the norm goes "
        "over axis=1": measured_by(np.linalg.norm),
        "column 0 is left at 0: the loop ends one step too early, so let it run down to t = 0": (
            measured_by(lambda d: np.linalg.norm(d, axis=1), last=1)
        ),
        "time is the first axis: the result is (batch, timesteps)": lambda d, h, U: (
            length(walk(d, h, U)).T
        ),
        "`d_last`, the caller's array, is changed in place: write d = d * …, not d *= …": (
            norms_in_place
        ),
    },
    also_right=(
        norms_of_products,
        norms_by_recursion,
        lambda d, h, U: np.stack(
            [length(walk(d[i : i + 1], h[i : i + 1], U))[0] for i in range(len(d))]
        ),
    ),
)


# Clipping ---------------------------------------------------------------------------------


def three_gradients(rng):
    """Return three arrays of gradients; the longest is not the first."""
    features, units = (int(size) for size in rng.choice([2, 3, 4, 5], size=2, replace=False))
    shapes = [(features, units), (units, units), (units,)]
    lengths = rng.uniform([1.0, 2.5, 0.05], [2.0, 4.0, 0.1])
    directions = [rng.normal(size=shape) for shape in shapes]
    return [n * g / norm_of([g]) for n, g in zip(lengths, directions, strict=True)]


def too_long(rng):
    """Return arguments of `clip_by_global_norm` for which every way of clipping does something."""
    gradients = three_gradients(rng)
    largest = max(np.abs(g).max() for g in gradients)
    return {"gradients": gradients, "max_norm": float(rng.uniform(0.4, 0.9) * largest)}


def short_enough(rng):
    gradients = three_gradients(rng)
    return {"gradients": gradients, "max_norm": rng.uniform(1.2, 2.0) * norm_of(gradients)}


def all_zero(rng):
    gradients = [np.zeros_like(g) for g in three_gradients(rng)]
    return {"gradients": gradients, "max_norm": rng.uniform(0.5, 2.0)}


def norm_of(arrays):
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays)))


def clipped_by(norm):
    """Return a function that clips by that norm of the list, and returns it."""

    def clip(gradients, max_norm):
        n = norm(gradients)
        return [g * max_norm / n if n > max_norm else g for g in gradients], n

    return clip


right = clipped_by(norm_of)


def each_by_itself(gradients, max_norm):
    return [right([g], max_norm)[0][0] for g in gradients], norm_of(gradients)


def only_those_above(gradients, max_norm):
    n = norm_of(gradients)
    return [g * max_norm / n if norm_of([g]) > max_norm else g for g in gradients], n


def scaled_always(gradients, max_norm):
    n = norm_of(gradients)
    return [g * max_norm / n if n else g for g in gradients], n


def scaled_by_factor(factor, number=float):
    """Return a function that scales by `factor(max_norm, norm)`, whatever the norm is.

    Where the norm is 0, a `float` raises, and an `np.float64` gives infinity.
    """

    def clip(gradients, max_norm):
        n = number(norm_of(gradients))
        with np.errstate(all="ignore"):
            return [g * factor(max_norm, n) for g in gradients], n

    return clip


def unit_length_first(gradients, max_norm):
    n = norm_of(gradients)
    with np.errstate(invalid="ignore"):
        return [g / np.float64(n) * min(n, max_norm) for g in gradients], n


def dropped(gradients, max_norm):
    n = norm_of(gradients)
    return [g * (n <= max_norm) for g in gradients], n


def clip_in_place(gradients, max_norm):
    n = norm_of(gradients)
    if n > max_norm:
        for g in gradients:
            g *= max_norm / n
    return gradients, n


def clip_one_vector(gradients, max_norm):
    vector = np.concatenate([g.ravel() for g in gradients])
    n = np.linalg.norm(vector)
    vector = vector * (max_norm / max(n, max_norm))
    ends = np.cumsum([g.size for g in gradients])
    parts = np.split(vector, ends[:-1])
    return [part.reshape(g.shape) for part, g in zip(parts, gradients, strict=True)], n


def clip_number_by_number(gradients, max_norm):
    total = 0.0
    for g in gradients:
        for number in g.flat:
            total += number * number
    n = total**0.5
    if n <= max_norm:
        return [g.copy() for g in gradients], n
    return tuple(g / (n / max_norm) for g in gradients), n


def clip_with_hypot(gradients, max_norm):
    n = 0.0
    for g in gradients:
        n = np.hypot(n, np.linalg.norm(g))
    return [np.where(n > max_norm, g * max_norm / max(n, max_norm), g) for g in gradients], n


clip_by_global_norm = Question(
    points=3,
    section="Clip the norm, keep the direction",
    draw=(too_long, short_enough, all_zero),
    returns=("clipped", "norm"),
    properties=(InputsUntouched(),),
    mistakes={
        "zero gradients divide by zero: compute the factor only where the norm is above max_norm": (
            scaled_by_factor(lambda m, n: min(1.0, m / n))
        ),
        "zero gradients become NaN, as 0 / 0 is: divide only where the norm is above max_norm": (
            unit_length_first
        ),
        "short gradients are made longer: below max_norm they stay as they are": scaled_always,
        "all gradients get the length max_norm, and zeros become NaN: scale only where the norm is "
        "above max_norm": scaled_by_factor(lambda m, n: m / n, np.float64),
        "nothing is clipped: where the norm is above max_norm, multiply by max_norm / norm": (
            lambda gs, m: (gs, norm_of(gs))
        ),
        "the factor is the larger of 1 and max_norm / norm: take the smaller, min": (
            scaled_by_factor(lambda m, n: max(1.0, m / n) if n else 1.0)
        ),
        "max makes short gradients longer, and zeros NaN: the factor is the smaller of 1 and "
        "max_norm / norm, where the norm is not 0": scaled_by_factor(
            lambda m, n: max(1.0, m / n), np.float64
        ),
        "each array is clipped by its own norm: there is one norm for all arrays together": (
            each_by_itself
        ),
        "arrays that are short by themselves are left out: all get the same factor": (
            only_those_above
        ),
        "each number is clipped by itself, which turns the direction: scale all by one factor": (
            lambda gs, m: ([np.clip(g, -m, m) for g in gs], norm_of(gs))
        ),
        "the root is missing: the norm is the square root of the sum of squares": clipped_by(
            lambda gs: norm_of(gs) ** 2
        ),
        "the norm is that of the longest array: sum the squares of all arrays": clipped_by(
            lambda gs: max(norm_of([g]) for g in gs)
        ),
        "the norm is the largest entry: it is the root of the sum of all squares": clipped_by(
            lambda gs: float(max(np.abs(g).max() for g in gs))
        ),
        "the norm of a matrix is taken as np.linalg.norm(g, 2), its largest singular value: leave "
        "the 2 out": clipped_by(
            lambda gs: float(np.sqrt(sum(np.linalg.norm(g, 2) ** 2 for g in gs)))
        ),
        "the norms of the arrays are added: add their squares, and take the root of the sum": (
            clipped_by(lambda gs: sum(norm_of([g]) for g in gs))
        ),
        "absolute values are added: the norm is the root of the sum of squares": clipped_by(
            lambda gs: float(sum(np.abs(g).sum() for g in gs))
        ),
        "it is the root of the mean of squares: sum, do not average": clipped_by(
            lambda gs: norm_of(gs) / np.sqrt(sum(g.size for g in gs))
        ),
        "the norm is that of the first array: all arrays count": clipped_by(
            lambda gs: norm_of(gs[:1])
        ),
        "the norm is that of the last array: all arrays count": clipped_by(
            lambda gs: norm_of(gs[-1:])
        ),
        "the norm after clipping is returned: return the one before": lambda gs, m: (
            right(gs, m)[0],
            min(norm_of(gs), m),
        ),
        "the factor is upside down: it is max_norm / norm": lambda gs, m: (
            [g * norm_of(gs) / m if norm_of(gs) > m else g for g in gs],
            norm_of(gs),
        ),
        "long gradients come out with length 1: their length shall be max_norm": lambda gs, m: (
            [g / norm_of(gs) if norm_of(gs) > m else g for g in gs],
            norm_of(gs),
        ),
        "long gradients are dropped: scale them down, they still show the way": dropped,
        "only the list is returned: return the pair (clipped, norm)": lambda gs, m: right(gs, m)[0],
        "list and norm are in the wrong order: return (clipped, norm)": lambda gs, m: right(gs, m)[
            ::-1
        ],
        "the arrays are joined into one vector: return a list with the shapes of `gradients`": (
            lambda gs, m: (np.concatenate([g.ravel() for g in right(gs, m)[0]]), norm_of(gs))
        ),
        "`gradients`, the caller's list, is changed in place: return new arrays": clip_in_place,
    },
    also_right=(clip_one_vector, clip_number_by_number, clip_with_hypot),
)


# An orthogonal kernel ---------------------------------------------------------------------


def normal_square(*sizes, determinant, corner):
    """Return a draw of the argument of `orthogonal`.

    It is far from singular, so that every method gives the same digits. The signs on the
    diagonal of R are not all equal, and those of the determinant and of R[0, 0] are as given.
    """

    def draw(rng):
        while True:
            normal = rng.normal(size=(units := rng.choice(sizes), units))
            signs = np.sign(np.diag(np.linalg.qr(normal)[1]))
            if (
                np.linalg.cond(normal) < 50
                and np.sign(np.linalg.det(normal)) == determinant
                and signs[0] == corner
                and np.ptp(signs)
            ):
                return {"normal": normal}

    return draw


def fixed(normal):
    q, r = np.linalg.qr(normal)
    return q * np.sign(np.diag(r))


def signs_on_rows(normal):
    q, r = np.linalg.qr(normal)
    return np.sign(np.diag(r))[:, np.newaxis] * q


def fixed_pair(normal, rows=True):
    q, r = np.linalg.qr(normal)
    signs = np.sign(np.diag(r))
    return q * signs, signs[:, np.newaxis] * r if rows else r


def one_sign_for_all(number):
    """Return a function that multiplies all of Q by the sign of `number(normal, q, r)`."""

    def orthogonal(normal):
        q, r = np.linalg.qr(normal)
        return q * np.sign(number(normal, q, r))

    return orthogonal


def scaled_by_r(normal):
    q, r = np.linalg.qr(normal)
    return q * np.diag(r)


def rotation(normal):
    q = fixed(normal)
    q[:, -1] *= np.sign(np.linalg.det(q))
    return q


def polar(normal):
    u, _, vt = np.linalg.svd(normal)
    return u @ vt


def orthogonal_in_place(normal):
    normal[:] = fixed(normal)
    return normal


def gram_schmidt(normal):
    columns = []
    for a in normal.T:
        for q in columns:
            a = a - (a @ q) * q
        columns.append(a / np.linalg.norm(a))
    return np.stack(columns, axis=1)


def by_cholesky(normal):
    r = np.linalg.cholesky(normal.T @ normal).T
    return np.linalg.solve(r.T, normal.T).T


def column_by_column(normal):
    q, r = np.linalg.qr(normal)
    q = q.copy()
    for j in range(len(r)):
        if r[j, j] < 0:
            q[:, j] = -q[:, j]
    return q


orthogonal = Question(
    points=2,
    section="A good start",
    draw=(  # every two ways to choose one sign for all of Q part in one of the three
        normal_square(3, 5, determinant=-1, corner=-1),
        normal_square(4, 6, determinant=1, corner=1),
        normal_square(4, 6, determinant=-1, corner=1),
    ),
    properties=(InputsUntouched(),),
    mistakes={
        "the last column is turned until the determinant is 1: only the diagonal of R decides": (
            rotation
        ),
        "the signs are those of np.linalg.qr: change the sign of column j of Q where R[j, j] is "
        "negative": lambda a: np.linalg.qr(a)[0],
        "the signs are on the rows of Q: they belong to its columns": signs_on_rows,
        "the diagonal of R is negative now: change the columns where it is negative, and only "
        "those": lambda a: -fixed(a),
        "the signs are taken from the diagonal of Q: take them from that of R": lambda a: (
            np.linalg.qr(a)[0] * np.sign(np.diag(np.linalg.qr(a)[0]))
        ),
        "the columns of Q are multiplied by the diagonal of R: only by its signs": scaled_by_r,
        "all entries of Q are positive: change the signs of whole columns": lambda a: np.abs(
            fixed(a)
        ),
        "R is returned: return Q": lambda a: np.linalg.qr(a)[1],
        "R is returned, with its signs set right: return Q": lambda a: fixed_pair(a)[1],
        "Q and R are returned: return Q alone": lambda a: tuple(np.linalg.qr(a)),
        "both Q and R are returned, with their signs set right: return only Q": fixed_pair,
        "R is returned as well, beside a right Q: return only Q": lambda a: fixed_pair(a, False),
        "all signs of Q are changed: change only the columns j with a negative R[j, j]": lambda a: (
            -np.linalg.qr(a)[0]
        ),
        "all of Q gets the sign of R[0, 0]: column j gets that of R[j, j]": one_sign_for_all(
            lambda a, q, r: r[0, 0]
        ),
        "Q is multiplied by the signs of all entries of R: only by those of np.diag(R)": (
            one_sign_for_all(lambda a, q, r: r)
        ),
        "all of Q gets the sign of the determinant of `normal`: column j gets that of R[j, j]": (
            one_sign_for_all(lambda a, q, r: np.linalg.det(a))
        ),
        "all of Q gets the sign of its determinant: column j gets that of R[j, j]": (
            one_sign_for_all(lambda a, q, r: np.linalg.det(q))
        ),
        "all of Q gets the sign of the determinant of R: column j gets that of R[j, j]": (
            one_sign_for_all(lambda a, q, r: np.linalg.det(r))
        ),
        "Q is transposed: return it as it is": lambda a: fixed(a).T,
        "it is the Q of the transposed matrix: decompose `normal` itself": lambda a: fixed(a.T),
        "the columns have length 1, but are not at right angles: use np.linalg.qr": lambda a: (
            a / np.linalg.norm(a, axis=0)
        ),
        "the rows have length 1, but are not at right angles: use np.linalg.qr": lambda a: (
            a / np.linalg.norm(a, axis=1, keepdims=True)
        ),
        "the matrix is divided by its largest singular value: that does not make it orthogonal": (
            lambda a: a / np.linalg.norm(a, 2)
        ),
        "the matrix is divided by its norm: that does not make it orthogonal": lambda a: (
            a / np.linalg.norm(a)
        ),
        "it is orthogonal, but that of the singular value decomposition: use np.linalg.qr": polar,
        "`normal`, the caller's array, is changed in place: return a new one": orthogonal_in_place,
    },
    also_right=(gram_schmidt, by_cholesky, column_by_column),
)


# A kernel with a given spectral radius ----------------------------------------------------

eigvals = np.linalg.eigvals


def kernel_of(kind, grow):
    """Return a draw of the arguments of `with_spectral_radius`.

    Args:
        kind: Which kernels are taken: a function of the eigenvalues, and of the largest of them.
        grow: The range of the factor by which the kernel is to be multiplied.
    """

    def draw(rng):
        radius = float(rng.uniform(0.5, 1.5))
        while True:
            units = rng.integers(3, 7)
            kernel = rng.normal(size=(units, units))
            values = eigvals(kernel)
            first = values[np.abs(values).argmax()]
            if kind(values, first):
                scale = radius / rng.uniform(*grow) / abs(first)
                return {"kernel": scale * kernel, "radius": radius}

    return draw


def is_complex(values, first):
    """Return whether the largest is one of a complex pair, and so is the one furthest right.

    Real parts reach further left than right.
    """
    right = values[values.real.argmax()]
    is_left = -values.real.min() > 1.1 * right.real
    return min(abs(v.imag / v) for v in (first, right)) > 0.2 and is_left


def is_negative(values, first):
    """Return whether the largest is negative, and the first of the list is not special."""
    special = {np.abs(values).argmax(), np.abs(values).argmin(), values.real.argmax()}
    return first.imag == 0 and first.real < 0 and 0 not in special


def scaled_by(size):
    """Return a function that divides a kernel by a number of it, and multiplies by the radius."""
    return lambda kernel, radius: kernel * radius / size(kernel)


def radius_of(kernel):
    return np.abs(eigvals(kernel)).max()


def rescale_in_place(kernel, radius):
    kernel *= radius / np.abs(eigvals(kernel)).max()
    return kernel


def by_polynomial(kernel, radius):
    return kernel / (max(abs(root) for root in np.roots(np.poly(kernel))) / radius)


def by_decomposition(kernel, radius):
    values, _ = np.linalg.eig(kernel)
    return radius * kernel / np.sqrt(values.real**2 + values.imag**2).max()


with_spectral_radius = Question(
    points=1,
    section="A hundred steps",
    draw=(
        kernel_of(is_complex, grow=(0.3, 0.6)),
        kernel_of(is_negative, grow=(1.5, 3.0)),
        kernel_of(lambda *_: True, grow=(0.3, 0.6)),
    ),
    properties=(InputsUntouched(),),
    mistakes={
        "the absolute value is missing, and eigenvalues may be complex: it is "
        "np.abs(eigenvalues).max()": scaled_by(lambda U: eigvals(U).max()),
        "the absolute value is taken after the maximum: first np.abs, then .max()": scaled_by(
            lambda U: np.abs(eigvals(U).max())
        ),
        "it is the largest real part: an eigenvalue's size is its absolute value, with the "
        "imaginary part": scaled_by(lambda U: eigvals(U).real.max()),
        "the imaginary parts are left out: take np.abs of the complex eigenvalues": scaled_by(
            lambda U: np.abs(eigvals(U).real).max()
        ),
        "the result is complex, as the eigenvalue is: scale by a real number, np.abs(eigenvalues)"
        ".max()": scaled_by(lambda U: eigvals(U)[np.abs(eigvals(U)).argmax()]),
        "it is the first eigenvalue of the list: take the largest absolute value of all": scaled_by(
            lambda U: np.abs(eigvals(U)[0])
        ),
        "it is the first eigenvalue as it came, negative or complex: take the largest absolute "
        "value of all": scaled_by(lambda U: eigvals(U)[0]),
        "a kernel with a smaller radius is to grow: radius / spectral radius may be above 1": (
            lambda U, r: U * min(1, r / radius_of(U))
        ),
        "a kernel with a larger radius is to shrink: radius / spectral radius may be below 1": (
            lambda U, r: U * max(1, r / radius_of(U))
        ),
        "it is the largest singular value: the spectral radius comes from the eigenvalues": (
            scaled_by(lambda U: np.linalg.norm(U, 2))
        ),
        "it is the root of the sum of squares: the spectral radius comes from the eigenvalues": (
            scaled_by(np.linalg.norm)
        ),
        "it is the largest entry: the spectral radius comes from the eigenvalues": scaled_by(
            lambda U: np.abs(U).max()
        ),
        "it is the smallest eigenvalue: take the largest": scaled_by(
            lambda U: np.abs(eigvals(U)).min()
        ),
        "it is the mean of the eigenvalues: take the largest": scaled_by(
            lambda U: np.abs(eigvals(U)).mean()
        ),
        "eigvalsh is for symmetric matrices, and reads only half of this one: use eigvals": (
            scaled_by(lambda U: np.abs(np.linalg.eigvalsh(U)).max())
        ),
        "the spectral radius is 1 now: multiply by `radius`": lambda U, r: (
            U / np.abs(eigvals(U)).max()
        ),
        "the kernel is multiplied by `radius`, whatever its own radius was: divide by that": (
            lambda U, r: U * r
        ),
        "the factor is upside down: it is radius / spectral radius": lambda U, r: (
            U * np.abs(eigvals(U)).max() / r
        ),
        "`radius` is below the line: it is radius / spectral radius": lambda U, r: (
            U / np.abs(eigvals(U)).max() / r
        ),
        "the kernel is returned as it came: scale it": lambda U, r: U,
        "the spectral radius is returned: return the scaled kernel": lambda U, r: float(
            np.abs(eigvals(U)).max()
        ),
        "`kernel`, the caller's array, is changed in place: return a new one": rescale_in_place,
    },
    also_right=(
        by_polynomial,
        by_decomposition,
        lambda U, r: U * (r / max(map(abs, eigvals(U)))),
    ),
)
