"""Questions of 09_lstm: a step of an LSTM and of a GRU, a sequence, and the way back."""

import numpy as np

from rnncourse.checks import BatchIndependent, IndependentOf, InputsUntouched, Question

tanh = np.tanh


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def layer_sizes(rng):
    """Return batch, timesteps, features and units: all differ; no batch splits into blocks."""
    return rng.choice([5, 7]), *rng.permutation([2, 3, 4])


def weights(rng, features, units, blocks, *, rows=()):
    return {
        "kernel": rng.normal(size=(features, blocks * units)),
        "recurrent_kernel": rng.normal(size=(units, blocks * units)),
        "bias": rng.normal(size=(*rows, blocks * units)),
    }


# One step of an LSTM ----------------------------------------------------------------------


def step_inputs(rng):
    """Return the arguments of `lstm_step`."""
    batch, _, features, units = layer_sizes(rng)
    return {
        "x": rng.normal(size=(batch, features)),
        "h": rng.uniform(-1, 1, size=(batch, units)),
        "c": rng.normal(size=(batch, units)),
        **weights(rng, features, units, 4),
    }


def step(x, h, c, W, U, b, *, order="ifco", gate=sigmoid, squash=tanh, show=tanh, extra=0.0):
    """Return the next h and c, with this order of the blocks and these activations."""
    s = dict(zip(order, np.split(x @ W + h @ U + b, 4, axis=1), strict=True))
    c = gate(s["f"] + extra) * c + gate(s["i"]) * squash(s["c"])
    return gate(s["o"]) * show(c), c


def step_by(rule):
    """Return a step whose next h and c are what `rule` says of i, f, candidate, o, h and c."""

    def variant(x, h, c, W, U, b):
        i, f, candidate, o = np.split(x @ W + h @ U + b, 4, axis=1)
        return rule(sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o), h, c)

    return variant


def shown(o, c):
    return o * tanh(c), c


def every_fourth(a):
    """Return an array with the columns 0, 4, 8, … first, then 1, 5, 9, …, and so on."""
    return np.concatenate([a[..., k::4] for k in range(4)], axis=-1)


def blocks_transposed(U, count):
    return np.concatenate([block.T for block in np.split(U, count, axis=1)], axis=1)


def step_split_by_rows(x, h, c, W, U, b):
    i, f, candidate, o = np.split(x @ W + h @ U + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * tanh(candidate)
    return sigmoid(o) * tanh(c), c


def step_cut_at_five(x, h, c, W, U, b):
    s = x @ W + h @ U + b
    i, f, candidate, o = (s[:, k : k + 5] for k in (0, 5, 10, 15))
    return shown(sigmoid(o), sigmoid(f) * c + sigmoid(i) * tanh(candidate))


def step_c_in_place(x, h, c, W, U, b):
    i, f, candidate, o = np.split(x @ W + h @ U + b, 4, axis=1)
    c *= sigmoid(f)
    c += sigmoid(i) * tanh(candidate)
    return shown(sigmoid(o), c)


def step_h_in_place(x, h, c, W, U, b):
    h[:], c = step(x, h, c, W, U, b)
    return h, c


def step_with_four_layers(x, h, c, W, U, b):
    units, sums = h.shape[1], []
    for k in range(4):
        block = slice(k * units, (k + 1) * units)
        sums.append(x @ W[:, block] + h @ U[:, block] + b[block])
    c_new = sigmoid(sums[1]) * c + sigmoid(sums[0]) * tanh(sums[2])
    return sigmoid(sums[3]) * tanh(c_new), c_new


def step_over_the_joined_input(x, h, c, W, U, b):
    s = np.concatenate([x, h], axis=1) @ np.concatenate([W, U]) + b
    s = s.reshape(len(x), 4, -1)
    i, f, o = (0.5 + 0.5 * tanh(s[:, k] / 2) for k in (0, 1, 3))
    new = i * tanh(s[:, 2]) + f * c
    return tanh(new) * o, new


def step_instance_by_instance(x, h, c, W, U, b):
    n = len(U)
    new_h, new_c = np.zeros_like(h), np.zeros_like(c)
    for row in range(len(x)):
        s = x[row] @ W + h[row] @ U + b
        new_c[row] = sigmoid(s[n : 2 * n]) * c[row] + sigmoid(s[:n]) * tanh(s[2 * n : 3 * n])
        new_h[row] = sigmoid(s[3 * n :]) * tanh(new_c[row])
    return new_h, new_c


lstm_step = Question(
    points=4,
    section="All of it at once",
    draw=step_inputs,
    returns=("h", "c"),
    properties=(
        InputsUntouched(),
        BatchIndependent(("x", "h", "c")),
        IndependentOf("h", zeros=("recurrent_kernel",)),
    ),
    mistakes={
        "the blocks are taken in the order i, f, o, c: Keras has the candidate third and the "
        "output gate last": lambda *a: step(*a, order="ifoc"),
        "the blocks are taken in the order i, c, f, o, as in TensorFlow 1: Keras has i, f, c, o": (
            lambda *a: step(*a, order="icfo")
        ),
        "the blocks of the input gate and the forget gate are exchanged: the order is i, f, c, o": (
            lambda *a: step(*a, order="fico")
        ),
        "every fourth column is taken: a block is `units` columns side by side": (
            lambda x, h, c, W, U, b: step(
                x, h, c, every_fourth(W), every_fourth(U), every_fourth(b)
            )
        ),
        "np.split cuts the batch into four: cut the columns, with axis=1": step_split_by_rows,
        "the blocks are cut at a fixed 5: each case has another size, `units` is h.shape[1]": (
            step_cut_at_five
        ),
        "the gates go through tanh: only the candidate does, the three gates take the sigmoid": (
            lambda *a: step(*a, gate=tanh)
        ),
        "the gates have no activation: each is the sigmoid of its sum": lambda *a: step(
            *a, gate=lambda s: s
        ),
        "the gates run the wrong way: the sigmoid is 1 / (1 + exp(-s)), mind the sign": (
            lambda *a: step(*a, gate=lambda s: sigmoid(-s))
        ),
        "the candidate goes through the sigmoid: it takes tanh": lambda *a: step(
            *a, squash=sigmoid
        ),
        "the candidate has no activation: it takes tanh": lambda *a: step(*a, squash=lambda s: s),
        "tanh of the cell state is missing at the output: h = o * tanh(c)": lambda *a: step(
            *a, show=lambda c: c
        ),
        "a forget bias of 1 is added: it is in `bias` already": lambda *a: step(*a, extra=1.0),
        "the bias is left out": lambda x, h, c, W, U, b: step(x, h, c, W, U, 0 * b),
        "the bias is added twice, once to each product": lambda x, h, c, W, U, b: step(
            x, h, c, W, U, 2 * b
        ),
        "the previous state is left out: add h @ recurrent_kernel": lambda x, h, c, W, U, b: step(
            x, 0 * h, c, W, U, b
        ),
        "the input is left out: add x @ kernel": lambda x, h, c, W, U, b: step(
            0 * x, h, c, W, U, b
        ),
        "the sums read the cell state c: the recurrent kernel multiplies h": (
            lambda x, h, c, W, U, b: step(x, c, c, W, U, b)
        ),
        "h and c of the step before are exchanged": lambda x, h, c, W, U, b: step(x, c, h, W, U, b),
        "the recurrent kernel's blocks are transposed: it is h @ recurrent_kernel, without .T": (
            lambda x, h, c, W, U, b: step(x, h, c, W, blocks_transposed(U, 4), b)
        ),
        "the forget gate is left out: c = f * c + i * candidate": step_by(
            lambda i, f, candidate, o, h, c: shown(o, c + i * candidate)
        ),
        "the input gate is left out: c = f * c + i * candidate": step_by(
            lambda i, f, candidate, o, h, c: shown(o, f * c + candidate)
        ),
        "the output gate is left out: h = o * tanh(c)": step_by(
            lambda i, f, candidate, o, h, c: shown(1, f * c + i * candidate)
        ),
        "1 - i stands in for the forget gate: the LSTM has a forget gate of its own": step_by(
            lambda i, f, candidate, o, h, c: shown(o, (1 - i) * c + i * candidate)
        ),
        "the forget gate multiplies h: it keeps the cell state, f * c": step_by(
            lambda i, f, candidate, o, h, c: shown(o, f * h + i * candidate)
        ),
        "the forget gate is turned round: f, not 1 - f, says how much of c stays": step_by(
            lambda i, f, candidate, o, h, c: shown(o, (1 - f) * c + i * candidate)
        ),
        "tanh is taken of o * c: the gate multiplies tanh(c)": step_by(
            lambda i, f, candidate, o, h, c: (
                tanh(o * (f * c + i * candidate)),
                f * c + i * candidate,
            )
        ),
        "the old cell state is left out: add f * c": step_by(
            lambda i, f, candidate, o, h, c: shown(o, i * candidate)
        ),
        "h is made from the old cell state: first the new c, then h = o * tanh(c)": step_by(
            lambda i, f, candidate, o, h, c: (o * tanh(c), f * c + i * candidate)
        ),
        "the old h is returned: it is h = o * tanh(c), with the new c": step_by(
            lambda i, f, candidate, o, h, c: (h, f * c + i * candidate)
        ),
        "tanh of the cell state is returned for c: tanh is for the output alone": step_by(
            lambda i, f, candidate, o, h, c: (
                o * tanh(f * c + i * candidate),
                tanh(f * c + i * candidate),
            )
        ),
        "c and h are returned in the wrong order: return (h, c)": lambda *a: step(*a)[::-1],
        "only h is returned: return the pair (h, c)": lambda *a: step(*a)[0],
        "three arrays are returned, with h for the output too: return the pair (h, c)": (
            lambda *a: (step(*a)[0], *step(*a))
        ),
        "`c`, the caller's array, is changed in place: write c = f * c + …, not c *= f": (
            step_c_in_place
        ),
        "`h`, the caller's array, is changed in place: work on a new array": step_h_in_place,
    },
    also_right=(
        step_with_four_layers,
        step_over_the_joined_input,
        step_instance_by_instance,
    ),
)


# A whole sequence -------------------------------------------------------------------------


def sequence_inputs(rng):
    """Return the arguments of `lstm_sequence`, with a first state that is not zero."""
    batch, timesteps, features, units = layer_sizes(rng)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "h0": rng.uniform(-1, 1, size=(batch, units)),
        "c0": rng.normal(size=(batch, units)),
        **weights(rng, features, units, 4),
    }


def sequence(x, h, c, W, U, b, **options):
    """Return outputs, h and c; `options` are those of `step`."""
    outputs = []
    for t in range(x.shape[1]):
        h, c = step(x[:, t], h, c, W, U, b, **options)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c


def sequence_by(between):
    """Return a sequence that starts step t from what `between` says of h, c, h0 and c0."""

    def variant(x, h0, c0, W, U, b):
        h, c, outputs = h0, c0, []
        for t in range(x.shape[1]):
            h, c = step(x[:, t], *between(h, c, h0, c0), W, U, b)
            outputs.append(h)
        return np.stack(outputs, axis=1), h, c

    return variant


def returning(change):
    """Return a sequence that hands back what `change` makes of outputs, h and c."""
    return lambda *a: change(*sequence(*a))


def received_as_c_and_h(x, h, c, W, U, b):
    outputs = []
    for t in range(x.shape[1]):
        c, h = step(x[:, t], h, c, W, U, b)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c


def outputs_with_the_start(x, h0, c0, W, U, b):
    outputs, h, c = sequence(x, h0, c0, W, U, b)
    return np.concatenate([h0[:, np.newaxis], outputs], axis=1), h, c


def outputs_before_each_step(x, h0, c0, W, U, b):
    outputs, h, c = sequence(x, h0, c0, W, U, b)
    return np.concatenate([h0[:, np.newaxis], outputs[:, :-1]], axis=1), h, c


def outputs_are_cell_states(x, h0, c0, W, U, b):
    h, c, cells = h0, c0, []
    for t in range(x.shape[1]):
        h, c = step(x[:, t], h, c, W, U, b)
        cells.append(c)
    return np.stack(cells, axis=1), h, c


def loop_over_the_batch(x, h0, c0, W, U, b):
    h, c, outputs = h0, c0, []
    for x_t in x:
        h, c = step(x_t, h, c, W, U, b)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c


def read_by_reshape(x, h0, c0, W, U, b):
    return sequence(x.reshape(x.shape[1], *x.shape[::2]).swapaxes(0, 1), h0, c0, W, U, b)


def sequence_in_place(x, h0, c0, W, U, b):
    outputs, h, c = sequence(x, h0, c0, W, U, b)
    h0[:], c0[:] = h, c
    return outputs, h0, c0


def sequence_with_one_projection(x, h0, c0, W, U, b):
    from_x = x @ W + b
    n, h, c = h0.shape[1], h0.copy(), c0.copy()
    outputs = np.empty((*x.shape[:2], n))
    for t in range(x.shape[1]):
        s = from_x[:, t] + h @ U
        c = sigmoid(s[:, n : 2 * n]) * c + sigmoid(s[:, :n]) * tanh(s[:, 2 * n : 3 * n])
        h = outputs[:, t] = sigmoid(s[:, 3 * n :]) * tanh(c)
    return outputs, h, c


def sequence_in_two_halves(x, h0, c0, W, U, b):
    if x.shape[1] == 1:
        h, c = step(x[:, 0], h0, c0, W, U, b)
        return h[:, np.newaxis], h, c
    half = x.shape[1] // 2
    first, h, c = sequence_in_two_halves(x[:, :half], h0, c0, W, U, b)
    second, h, c = sequence_in_two_halves(x[:, half:], h, c, W, U, b)
    return np.concatenate([first, second], axis=1), h, c


def sequence_time_major_inside(x, h0, c0, W, U, b):
    state, outputs = (h0, c0), []
    for x_t in np.swapaxes(x, 0, 1):
        state = step(x_t, *state, W, U, b)
        outputs.append(state[0])
    return np.array(outputs).transpose(1, 0, 2), state[0], state[1]


lstm_sequence = Question(
    points=3,
    section="Two states, and no third",
    draw=sequence_inputs,
    public_cases=2,
    returns=("outputs", "h", "c"),
    properties=(InputsUntouched(), BatchIndependent(("x", "h0", "c0"))),
    mistakes={
        "`h0` and `c0` are not used: the first step starts from them, not from zeros": (
            lambda x, h, c, W, U, b: sequence(x, 0 * h, 0 * c, W, U, b)
        ),
        "`h0` is not used: the first step starts from it, not from zeros": (
            lambda x, h, c, W, U, b: sequence(x, 0 * h, c, W, U, b)
        ),
        "`c0` is not used: the first step starts from it, not from zeros": (
            lambda x, h, c, W, U, b: sequence(x, h, 0 * c, W, U, b)
        ),
        "every step starts from h0 and c0: it starts from what the step before has left": (
            sequence_by(lambda h, c, h0, c0: (h0, c0))
        ),
        "every step starts from c0: hand on the new c, not only h": sequence_by(
            lambda h, c, h0, c0: (h, c0)
        ),
        "every step starts from h0: hand on the new h, not only c": sequence_by(
            lambda h, c, h0, c0: (h0, c)
        ),
        "h and c are exchanged in every step: hand them over in the order of the arguments": (
            sequence_by(lambda h, c, h0, c0: (c, h))
        ),
        "h and c are exchanged on the way: lstm_step returns (h, c), not (c, h)": (
            received_as_c_and_h
        ),
        "the start is exchanged: `h0` is for h, `c0` for c": lambda x, h, c, W, U, b: sequence(
            x, c, h, W, U, b
        ),
        "the outputs are cell states: the output of an LSTM is h": outputs_are_cell_states,
        "the outputs are time-major: put time second, as np.stack(..., axis=1) does": returning(
            lambda outputs, h, c: (outputs.swapaxes(0, 1), h, c)
        ),
        "`reshape` does not bring time to the front, it mixes the instances: index axis 1": (
            read_by_reshape
        ),
        "the loop runs over the instances: axis 0 is the batch, time is axis 1": (
            loop_over_the_batch
        ),
        "the steps are read from the last to the first": lambda x, *a: sequence(x[:, ::-1], *a),
        "the last step is missing: there are x.shape[1] of them": lambda x, *a: sequence(
            x[:, :-1], *a
        ),
        "the outputs begin with h0: the first output is the h after the first step": (
            outputs_with_the_start
        ),
        "each output is the h before its step: append h after the step": outputs_before_each_step,
        "the outputs are a list: np.stack(outputs, axis=1) makes one array of it": returning(
            lambda outputs, h, c: (list(outputs.swapaxes(0, 1)), h, c)
        ),
        "the outputs hold the last step alone: keep all of them": returning(
            lambda outputs, h, c: (h, h, c)
        ),
        "c comes before h, as in TensorFlow 1: return (outputs, h, c)": returning(
            lambda outputs, h, c: (outputs, c, h)
        ),
        "the final h and c are a pair in a pair: return three arrays, (outputs, h, c)": returning(
            lambda outputs, h, c: (outputs, (h, c))
        ),
        "c is not returned: return (outputs, h, c)": returning(lambda outputs, h, c: (outputs, h)),
        "only the outputs are returned: return (outputs, h, c)": returning(
            lambda outputs, h, c: outputs
        ),
        "the final h is that of the last instance: it is outputs[:, -1]": returning(
            lambda outputs, h, c: (outputs, outputs[-1], c)
        ),
        "each step takes its blocks in the order i, f, o, c: Keras has i, f, c, o": (
            lambda *a: sequence(*a, order="ifoc")
        ),
        "each step takes its blocks in the order i, c, f, o: Keras has i, f, c, o": (
            lambda *a: sequence(*a, order="icfo")
        ),
        "in each step the gates go through tanh: they take the sigmoid": lambda *a: sequence(
            *a, gate=tanh
        ),
        "in each step the candidate goes through the sigmoid: it takes tanh": lambda *a: sequence(
            *a, squash=sigmoid
        ),
        "in each step tanh of the cell state is missing: h = o * tanh(c)": lambda *a: sequence(
            *a, show=lambda c: c
        ),
        "each step adds a forget bias of 1: it is in `bias` already": lambda *a: sequence(
            *a, extra=1.0
        ),
        "`h0` and `c0`, the caller's arrays, are changed in place: work on new arrays": (
            sequence_in_place
        ),
    },
    also_right=(
        sequence_with_one_projection,
        sequence_in_two_halves,
        sequence_time_major_inside,
    ),
)


# One step of a GRU ------------------------------------------------------------------------


def gru_inputs(rng):
    """Return the arguments of `gru_step`."""
    batch, _, features, units = layer_sizes(rng)
    return {
        "x": rng.normal(size=(batch, features)),
        "h": rng.uniform(-1, 1, size=(batch, units)),
        **weights(rng, features, units, 3, rows=(2,)),
    }


def gru(x, h, W, U, b, *, order="zrh", order_h="", gate=sigmoid, squash=tanh):
    """Return the next h, with these orders of the blocks and these activations."""
    from_x = dict(zip(order, np.split(x @ W + b[0], 3, axis=1), strict=True))
    from_h = dict(zip(order_h or order, np.split(h @ U + b[1], 3, axis=1), strict=True))
    z, r = gate(from_x["z"] + from_h["z"]), gate(from_x["r"] + from_h["r"])
    return z * h + (1 - z) * squash(from_x["h"] + r * from_h["h"])


def gru_by(rule):
    """Return a step whose next h is what `rule` says of z, r, x^h, u^h and h."""

    def variant(x, h, W, U, b):
        x_z, x_r, x_h = np.split(x @ W + b[0], 3, axis=1)
        u_z, u_r, u_h = np.split(h @ U + b[1], 3, axis=1)
        return rule(sigmoid(x_z + u_z), sigmoid(x_r + u_r), x_h, u_h, h)

    return variant


def mixed(z, h, candidate):
    return z * h + (1 - z) * tanh(candidate)


def gru_reset_before(x, h, W, U, b, inside=1.0):
    """Return the next h, the state being reset before its product with U."""
    n = h.shape[1]
    s = x @ W + b[0] + b[1]
    z = sigmoid(s[:, :n] + h @ U[:, :n])
    r = sigmoid(s[:, n : 2 * n] + h @ U[:, n : 2 * n])
    outside = (1 - inside) * (r - 1) * b[1, 2 * n :]
    return mixed(z, h, s[:, 2 * n :] + (r * h) @ U[:, 2 * n :] + outside)


def gru_with_the_bias_outside(x, h, W, U, b):
    x_z, x_r, x_h = np.split(x @ W + b[0] + b[1], 3, axis=1)
    u_z, u_r, u_h = np.split(h @ U, 3, axis=1)
    return mixed(sigmoid(x_z + u_z), h, x_h + sigmoid(x_r + u_r) * u_h)


def gru_with_both_rows(x, h, W, U, b):
    x_z, x_r, x_h = np.split(x @ W + b, 3, axis=1)
    u_z, u_r, u_h = np.split(h @ U, 3, axis=1)
    return mixed(sigmoid(x_z + u_z), h, x_h + sigmoid(x_r + u_r) * u_h)


def gru_split_by_rows(x, h, W, U, b):
    x_z, x_r, x_h = np.split(x @ W + b[0], 3)
    u_z, u_r, u_h = np.split(h @ U + b[1], 3)
    return mixed(sigmoid(x_z + u_z), h, x_h + sigmoid(x_r + u_r) * u_h)


def gru_cut_at_five(x, h, W, U, b):
    from_x, from_h = x @ W + b[0], h @ U + b[1]
    z = sigmoid(from_x[:, :5] + from_h[:, :5])
    r = sigmoid(from_x[:, 5:10] + from_h[:, 5:10])
    return mixed(z, h, from_x[:, 10:] + r * from_h[:, 10:])


def every_third(a):
    return np.concatenate([a[..., k::3] for k in range(3)], axis=-1)


def gru_in_place(x, h, W, U, b):
    h[:] = gru(x, h, W, U, b)
    return h


def gru_with_slices(x, h, W, U, b):
    n = h.shape[1]
    gates = sigmoid(x @ W[:, : 2 * n] + h @ U[:, : 2 * n] + b.sum(axis=0)[: 2 * n])
    z, r = gates[:, :n], gates[:, n:]
    recurrent = h @ U[:, 2 * n :] + b[1, 2 * n :]
    candidate = tanh(x @ W[:, 2 * n :] + b[0, 2 * n :] + r * recurrent)
    return candidate + z * (h - candidate)


def gru_unit_by_unit(x, h, W, U, b):
    n, columns = h.shape[1], []
    from_x, from_h = x @ W + b[0], h @ U + b[1]
    for j in range(n):
        z = sigmoid(from_x[:, j] + from_h[:, j])
        r = sigmoid(from_x[:, n + j] + from_h[:, n + j])
        candidate = tanh(from_x[:, 2 * n + j] + r * from_h[:, 2 * n + j])
        columns.append(z * h[:, j] + (1 - z) * candidate)
    return np.stack(columns, axis=1)


def gru_instance_by_instance(x, h, W, U, b):
    rows = zip(x, h, strict=True)
    return np.concatenate([gru(x_i[np.newaxis], h_i[np.newaxis], W, U, b) for x_i, h_i in rows])


gru_step = Question(
    points=3,
    section="GRU: two gates, one state",
    draw=gru_inputs,
    properties=(InputsUntouched(), BatchIndependent(("x", "h"))),
    mistakes={
        "z and 1 - z are exchanged: in Keras z keeps the old state": gru_by(
            lambda z, r, x_h, u_h, h: mixed(1 - z, h, x_h + r * u_h)
        ),
        "the state is reset before the product: here r multiplies h @ recurrent_kernel and its "
        "bias, after it": gru_reset_before,
        "the state is reset before the product, though its bias is reset after it: r multiplies "
        "both, h @ recurrent_kernel and bias[1]": lambda *a: gru_reset_before(*a, inside=0.0),
        "the candidate's second bias is not reset: r multiplies h @ recurrent_kernel + bias[1], "
        "the bias included": gru_with_the_bias_outside,
        "only the first bias is used: row 1 is added to h @ recurrent_kernel": (
            lambda x, h, W, U, b: gru(x, h, W, U, b * [[1], [0]])
        ),
        "only the second bias is used: row 0 is added to x @ kernel": lambda x, h, W, U, b: gru(
            x, h, W, U, b * [[0], [1]]
        ),
        "both biases are left out": lambda x, h, W, U, b: gru(x, h, W, U, 0 * b),
        "the two biases are exchanged: row 0 belongs to the input, row 1 to the state": (
            lambda x, h, W, U, b: gru(x, h, W, U, b[::-1])
        ),
        "the first bias is used twice: row 1 belongs to the state": lambda x, h, W, U, b: gru(
            x, h, W, U, b[[0, 0]]
        ),
        "`bias` is added with both its rows: bias[0] belongs to x @ kernel, bias[1] to "
        "h @ recurrent_kernel": gru_with_both_rows,
        "update and reset gate are exchanged: the order of the blocks is z, r, h": lambda *a: gru(
            *a, order="rzh"
        ),
        "update and reset gate are exchanged in the input's part: both have the order z, r, h": (
            lambda *a: gru(*a, order="rzh", order_h="zrh")
        ),
        "update and reset gate are exchanged in the state's part: both have the order z, r, h": (
            lambda *a: gru(*a, order="zrh", order_h="rzh")
        ),
        "the candidate's block is taken first: the order is z, r, h": lambda *a: gru(
            *a, order="hzr"
        ),
        "every third column is taken: a block is `units` columns side by side": (
            lambda x, h, W, U, b: gru(x, h, every_third(W), every_third(U), every_third(b))
        ),
        "np.split cuts the batch into three: cut the columns, with axis=1": gru_split_by_rows,
        "the blocks are cut at a fixed 5: each case has another size, `units` is h.shape[1]": (
            gru_cut_at_five
        ),
        "the gates go through tanh: only the candidate does, z and r take the sigmoid": (
            lambda *a: gru(*a, gate=tanh)
        ),
        "the gates have no activation: each is the sigmoid of its sum": lambda *a: gru(
            *a, gate=lambda s: s
        ),
        "the candidate goes through the sigmoid: it takes tanh": lambda *a: gru(*a, squash=sigmoid),
        "the candidate has no activation: it takes tanh": lambda *a: gru(*a, squash=lambda s: s),
        "the reset gate is left out: it multiplies the state's part of the candidate": gru_by(
            lambda z, r, x_h, u_h, h: mixed(z, h, x_h + u_h)
        ),
        "the update gate stands where the reset gate belongs: the candidate holds r * u_h": gru_by(
            lambda z, r, x_h, u_h, h: mixed(z, h, x_h + z * u_h)
        ),
        "the reset gate multiplies the whole sum: only the state's part of it": gru_by(
            lambda z, r, x_h, u_h, h: mixed(z, h, r * (x_h + u_h))
        ),
        "the candidate does not see the state: add r * (h @ recurrent_kernel + bias[1])": gru_by(
            lambda z, r, x_h, u_h, h: mixed(z, h, x_h)
        ),
        "the candidate itself is returned: mix it with the old state, z and 1 - z": (
            gru_by(lambda z, r, x_h, u_h, h: tanh(x_h + r * u_h))
        ),
        "the old state is missing from the mixture: add z * h": gru_by(
            lambda z, r, x_h, u_h, h: (1 - z) * tanh(x_h + r * u_h)
        ),
        "the previous state is left out of the sums: use h @ recurrent_kernel": gru_by(
            lambda z, r, x_h, u_h, h: h
        ),
        "the input is left out: use x @ kernel": lambda x, h, *a: gru(0 * x, h, *a),
        "the recurrent kernel's blocks are transposed: it is h @ recurrent_kernel, without .T": (
            lambda x, h, W, U, b: gru(x, h, W, blocks_transposed(U, 3), b)
        ),
        "two arrays are returned: a GRU has one state, which is its output": lambda *a: (
            gru(*a),
            gru(*a),
        ),
        "`h`, the caller's array, is changed in place: work on a new array": gru_in_place,
    },
    also_right=(
        gru_with_slices,
        gru_unit_by_unit,
        gru_instance_by_instance,
    ),
)


# Back through one step --------------------------------------------------------------------


def backward_inputs(rng):
    """Return the arguments of `lstm_step_backward`."""
    inputs = step_inputs(rng)
    d_h, d_c = rng.normal(size=(2, *inputs["h"].shape))
    return {"d_h": d_h, "d_c": d_c, **inputs}


def back(d_h, d_c, x, h, c, W, U, b, *, without="", order=(0, 1, 2, 3)):
    """Return the six gradients; `without` names one factor or term that is left out."""
    i, f, candidate, o = np.split(x @ W + h @ U + b, 4, axis=1)
    i, f, candidate, o = sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o)
    new_c = f * c + i * candidate
    shown_c = tanh(c if without == "new c" else new_c)
    slope = 1 if without in ("slope of tanh(c)", "any slope") else 1 - shown_c**2
    if without == "square":
        slope = 1 - shown_c
    opened = 1 if without == "o" else o
    through_h = 0 if without == "through h" else d_h * opened * slope
    if without == "d_c apart":
        through_h = (d_h + d_c) * o * slope - d_c
    d_c = (0 if without == "later" else d_c) + through_h
    sigmoids = without in ("slopes of the gates", "any slope")
    d_i = d_c * candidate * (1 if sigmoids else i * (1 - i))
    d_f = d_c * c * (1 if sigmoids else f * (1 - f))
    tanh_slopes = {
        "slope of the candidate": 1,
        "any slope": 1,
        "tanh at the candidate": candidate * (1 - candidate),
        "order of square and difference": (1 - candidate) ** 2,
        "square at the candidate": 1 - candidate,
    }
    d_candidate = d_c * i * tanh_slopes.get(without, 1 - candidate**2)
    d_o = d_h * shown_c * (1 if sigmoids else o * (1 - o))
    if without == "through o":
        d_o = 0 * d_o
    if without == "tanh at o":
        d_o = d_h * new_c * o * (1 - o)
    if without == "old c":
        d_f = d_c * new_c * f * (1 - f)
    if without == "right partners":
        d_i, d_candidate = d_c * i * i * (1 - i), d_c * candidate * (1 - candidate**2)
    d_blocks = (d_i, d_f, d_candidate, d_o)
    d_s = np.concatenate([d_blocks[k] for k in order], axis=1)
    kept = 1 if without == "f" else f
    return d_s @ W.T, d_s @ U.T, d_c * kept, x.T @ d_s, h.T @ d_s, d_s.sum(axis=0)


def back_by(change):
    """Return a backward step that hands back what `change` makes of the six gradients."""
    return lambda *a: change(*back(*a))


def back_with_the_new_h(d_h, d_c, x, h, c, W, U, b):
    gradients = back(d_h, d_c, x, h, c, W, U, b)
    i, f, candidate, o = np.split(x @ W + h @ U + b, 4, axis=1)
    d_s = sums_gradient(d_h, d_c, sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o), c)
    new_h, _ = step(x, h, c, W, U, b)
    return *gradients[:4], new_h.T @ d_s, gradients[5]


def sums_gradient(d_h, d_c, i, f, candidate, o, c):
    shown_c = tanh(f * c + i * candidate)
    d_c = d_c + d_h * o * (1 - shown_c**2)
    return np.concatenate(
        [
            d_c * candidate * i * (1 - i),
            d_c * c * f * (1 - f),
            d_c * i * (1 - candidate**2),
            d_h * shown_c * o * (1 - o),
        ],
        axis=1,
    )


def back_in_place(d_h, d_c, x, h, c, W, U, b):
    gradients = back(d_h, d_c, x, h, c, W, U, b)
    _, f, _, _ = np.split(sigmoid(x @ W + h @ U + b), 4, axis=1)
    d_c[:] = gradients[2] / f
    return gradients


def back_without_transposing(d_h, d_c, x, h, c, W, U, b):
    i, f, candidate, o = np.split(x @ W + h @ U + b, 4, axis=1)
    d_s = sums_gradient(d_h, d_c, sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o), c)
    return d_s @ W, d_s @ U, d_c, x.T @ d_s, h.T @ d_s, d_s.sum(axis=0)


def back_block_by_block(d_h, d_c, x, h, c, W, U, b):
    n = h.shape[1]
    s = [x @ W[:, k : k + n] + h @ U[:, k : k + n] + b[k : k + n] for k in range(0, 4 * n, n)]
    i, f, o = sigmoid(s[0]), sigmoid(s[1]), sigmoid(s[3])
    g = tanh(s[2])
    t = tanh(f * c + i * g)
    total = d_c + d_h * o * (1 - t * t)
    d_s = [total * g * i * (1 - i), total * c * f * (1 - f), total * i * (1 - g * g)]
    d_s.append(d_h * t * o * (1 - o))
    d_x = sum(d @ W[:, k * n : k * n + n].T for k, d in enumerate(d_s))
    d_h0 = sum(d @ U[:, k * n : k * n + n].T for k, d in enumerate(d_s))
    d_W = np.concatenate([x.T @ d for d in d_s], axis=1)
    d_U = np.concatenate([h.T @ d for d in d_s], axis=1)
    return d_x, d_h0, total * f, d_W, d_U, np.concatenate(d_s, axis=1).sum(axis=0)


def back_instance_by_instance(d_h, d_c, x, h, c, W, U, b):
    rows, d_W, d_U, d_b = [], np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    for k in range(len(x)):
        one = slice(k, k + 1)
        *d_rows, a, u, v = back(d_h[one], d_c[one], x[one], h[one], c[one], W, U, b)
        rows.append(d_rows)
        d_W, d_U, d_b = d_W + a, d_U + u, d_b + v
    d_x, d_h0, d_c0 = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return d_x, d_h0, d_c0, d_W, d_U, d_b


def back_over_the_joined_input(d_h, d_c, x, h, c, W, U, b):
    joined, stacked = np.concatenate([x, h], axis=1), np.concatenate([W, U])
    i, f, candidate, o = np.split(joined @ stacked + b, 4, axis=1)
    i, f, candidate, o = sigmoid(i), sigmoid(f), tanh(candidate), sigmoid(o)
    d_s = sums_gradient(d_h, d_c, i, f, candidate, o, c)
    d_joined, d_stacked = d_s @ stacked.T, joined.T @ d_s
    d_c0 = f * (d_c + d_h * o * (1 - tanh(f * c + i * candidate) ** 2))
    d_x, d_h0 = np.split(d_joined, [x.shape[1]], axis=1)
    d_W, d_U = np.split(d_stacked, [x.shape[1]])
    return d_x, d_h0, d_c0, d_W, d_U, np.ones(len(x)) @ d_s


lstm_step_backward = Question(
    points=0,
    section="Backwards through one step",
    draw=backward_inputs,
    public_cases=2,
    returns=tuple(
        f"gradient for {name}" for name in ("x", "h", "c", "kernel", "recurrent_kernel", "bias")
    ),
    properties=(InputsUntouched(),),
    mistakes={
        "the path through the output gate is missing: its block is d_h * tanh(c) * o * (1 - o)": (
            lambda *a: back(*a, without="through o")
        ),
        "the path from the new h to the new c is missing: add d_h * o * (1 - tanh(c)**2) to d_c": (
            lambda *a: back(*a, without="through h")
        ),
        "`d_c`, what comes from the next step, is left out: add it to what comes through h": (
            lambda *a: back(*a, without="later")
        ),
        "the slope of tanh(c) is missing on the way from h to c: multiply by 1 - tanh(c)**2": (
            lambda *a: back(*a, without="slope of tanh(c)")
        ),
        "the output gate is missing on the way from h to c: h = o * tanh(c), so multiply by o": (
            lambda *a: back(*a, without="o")
        ),
        "the slope of the sigmoid is missing at the gates: multiply by i * (1 - i), and so on": (
            lambda *a: back(*a, without="slopes of the gates")
        ),
        "the slope of tanh is missing at the candidate: multiply by 1 - candidate**2": (
            lambda *a: back(*a, without="slope of the candidate")
        ),
        "the slopes are missing, of the sigmoids as well as of both tanh": lambda *a: back(
            *a, without="any slope"
        ),
        "the candidate got the slope of the sigmoid: it went through tanh, so 1 - candidate**2": (
            lambda *a: back(*a, without="tanh at the candidate")
        ),
        "the candidate's slope is (1 - candidate)**2: first the square, 1 - candidate**2": (
            lambda *a: back(*a, without="order of square and difference")
        ),
        "the square is missing in the candidate's slope: it is 1 - candidate**2": (
            lambda *a: back(*a, without="square at the candidate")
        ),
        "the square is missing in the slope on the way from h to c: it is 1 - tanh(c)**2": (
            lambda *a: back(*a, without="square")
        ),
        "tanh is taken of the old c: h = o * tanh(c) was made with the new one": lambda *a: back(
            *a, without="new c"
        ),
        "`d_c` is multiplied by o * (1 - tanh(c)**2), too: that is for `d_h` alone": (
            lambda *a: back(*a, without="d_c apart")
        ),
        "tanh is missing at the output gate: h = o * tanh(c), so its partner is tanh(c)": (
            lambda *a: back(*a, without="tanh at o")
        ),
        "the forget gate got the new c: it was multiplied by the old one": lambda *a: back(
            *a, without="old c"
        ),
        "input gate and candidate are exchanged: the gradient of each holds the other one": (
            lambda *a: back(*a, without="right partners")
        ),
        "the forget gate is missing in the gradient for the old c: multiply by f": lambda *a: back(
            *a, without="f"
        ),
        "the blocks are joined in the order i, f, o, c: it is i, f, c, o": lambda *a: back(
            *a, order=(0, 1, 3, 2)
        ),
        "the gradients for the weights are means over the batch: they are sums": (
            lambda d_h, d_c, x, *a: (
                *back(d_h, d_c, x, *a)[:3],
                *(d / len(x) for d in back(d_h, d_c, x, *a)[3:]),
            )
        ),
        "the gradient for the bias is a mean over the batch: it is the sum over axis 0": (
            lambda d_h, d_c, x, *a: (
                *back(d_h, d_c, x, *a)[:5],
                back(d_h, d_c, x, *a)[5] / len(x),
            )
        ),
        "the gradient for the recurrent kernel is made with the new h: it multiplied the old one": (
            back_with_the_new_h
        ),
        "the kernels are not transposed: the gradient for x is d_sums @ kernel.T": (
            back_without_transposing
        ),
        "the weights come first: the order is that of the arguments, x, h, c, kernel, …": (
            back_by(lambda x, h, c, W, U, b: (W, U, b, x, h, c))
        ),
        "the gradients for h and c are exchanged: the order is that of the arguments": back_by(
            lambda x, h, c, W, U, b: (x, c, h, W, U, b)
        ),
        "the gradients for the weights are missing: return six arrays": back_by(
            lambda x, h, c, W, U, b: (x, h, c)
        ),
        "`d_c`, the caller's array, is changed in place: write d_c = d_c + …, not d_c += …": (
            back_in_place
        ),
    },
    also_right=(
        back_block_by_block,
        back_instance_by_instance,
        back_over_the_joined_input,
    ),
)
