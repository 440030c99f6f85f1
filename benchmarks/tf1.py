"""The peer: the five source programs' work in TensorFlow 1.15, in one session call a step.

Runs alone under Python 3.7: `python tf1.py echo|bits|dense_lstm|… DATA.npz`. Networks,
optimizers, batch and step counts are the sources'; their mistakes that stop them, or that
concern the data, are mended. Written for this comparison; no line is a source's.
"""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity("ERROR")
v1 = tf.compat.v1
rng = np.random.RandomState(int(time.time() * 1000) % 2**32)


def report(**figures):
    print(json.dumps({name: float(value) for name, value in figures.items()}))
    sys.stdout.flush()


def cross_entropy(logits, labels):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_mean(losses)


def batches(count, size):
    order = rng.permutation(count)
    return (order[i : i + size] for i in range(0, count - size + 1, size))


def rate(seconds):
    """Milliseconds a step: the median of the second half, when all is warm."""
    return 1000 * np.median(seconds[len(seconds) // 2 :])


def echo(data):
    """Windows of 10, batch 5, LSTM(4), Adagrad 0.3; the state starts from zero in each."""
    x = v1.placeholder(tf.int32, [5, 10])
    y = v1.placeholder(tf.int32, [5, 10])
    cell = v1.nn.rnn_cell.LSTMCell(4)
    outputs, _ = v1.nn.dynamic_rnn(cell, tf.one_hot(x, 2), dtype=tf.float32)
    loss = cross_entropy(v1.layers.dense(outputs, 2), y)
    train = v1.train.AdagradOptimizer(0.3).minimize(loss)
    losses, seconds, windows = [], [], data["x"].shape[0]
    with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        for step in range(5 * windows):
            begun = time.perf_counter()
            feed = {x: data["x"][step % windows], y: data["y"][step % windows]}
            losses.append(session.run([loss, train], feed)[0])
            seconds.append(time.perf_counter() - begun)
            if step % 100 == 99 and np.mean(losses[-100:]) <= 2.7e-4:
                break
    report(loss=np.mean(losses[-100:]), steps=len(losses), ms_per_step=rate(seconds))


def classify(data, logits_of, optimizer, batch_size, steps, target=2.0, check=500, test_rows=1000):
    """Train a classifier until the target, or for `steps`; report its test accuracy."""
    shape = data["x"].shape[1:]
    x, y = v1.placeholder(tf.float32, [None, *shape]), v1.placeholder(tf.int32, [None])
    logits = logits_of(x)
    loss = cross_entropy(logits, y)
    train = optimizer.minimize(loss)
    right = tf.reduce_sum(
        tf.cast(tf.equal(tf.argmax(logits, 1, output_type=tf.int32), y), tf.int32)
    )
    done, seconds = 0, []
    with v1.Session() as session:
        session.run(v1.global_variables_initializer())

        def accuracy(test_x, test_y):
            parts = range(0, len(test_y), test_rows)
            return sum(
                session.run(right, {x: test_x[i : i + test_rows], y: test_y[i : i + test_rows]})
                for i in parts
            ) / len(test_y)

        while done < steps:
            for rows in batches(len(data["y"]), batch_size):
                begun = time.perf_counter()
                session.run(train, {x: data["x"][rows], y: data["y"][rows]})
                seconds.append(time.perf_counter() - begun)
                done += 1
                stop = target <= 1 and done % check == 0
                if done == steps or (stop and accuracy(data["test_x"], data["test_y"]) >= target):
                    steps = done
                    break
        result = accuracy(data["test_x"], data["test_y"])
    report(accuracy=result, error=1 - result, steps=done, ms_per_step=rate(seconds))


def bits(data):
    """LSTM(24), Adam, batches of 1,000, 600 epochs; the error on all unseen strings."""

    def logits_of(x):
        outputs, _ = v1.nn.dynamic_rnn(v1.nn.rnn_cell.LSTMCell(24), x, dtype=tf.float32)
        return v1.layers.dense(outputs[:, -1], 21)

    data = dict(data, x=data["x"].astype("float32"), test_x=data["test_x"].astype("float32"))
    classify(data, logits_of, v1.train.AdamOptimizer(), 1000, 6000, test_rows=20000)


def dense_lstm(data, steps=1000, target=2.0):
    """Dense 28 to 128 with weights of standard deviation 1, LSTM(128), Adam 0.01, batch 100."""

    def logits_of(x):
        wide = v1.random_normal_initializer()
        x = v1.layers.dense(x, 128, kernel_initializer=wide)
        _, state = v1.nn.dynamic_rnn(v1.nn.rnn_cell.LSTMCell(128), x, dtype=tf.float32)
        return v1.layers.dense(state.h, 10, kernel_initializer=wide)

    classify(data, logits_of, v1.train.AdamOptimizer(0.01), 100, steps, target=target, check=200)


def dense_lstm_to_figure(data):
    """The same for as long as it takes to 0.95, which the source reports after 1,000 steps."""
    dense_lstm(data, steps=10_000, target=0.95)


def rnn(data):
    """150 tanh units, Adam 0.001, batch 150, 20 epochs."""

    def logits_of(x):
        cell = v1.nn.rnn_cell.BasicRNNCell(150)
        return v1.layers.dense(v1.nn.dynamic_rnn(cell, x, dtype=tf.float32)[1], 10)

    steps = 20 * (len(data["y"]) // 150)
    classify(data, logits_of, v1.train.AdamOptimizer(), 150, steps, target=0.98, check=400)


def lstm(data):
    """LSTM(100), softmax twice, Adam 0.0001, batch 50, 6 epochs."""

    def logits_of(x):
        _, state = v1.nn.dynamic_rnn(v1.nn.rnn_cell.LSTMCell(100), x, dtype=tf.float32)
        return tf.nn.softmax(v1.layers.dense(state.h, 10))

    steps = 6 * (len(data["y"]) // 50)
    classify(data, logits_of, v1.train.AdamOptimizer(1e-4), 50, steps)


if __name__ == "__main__":
    with np.load(sys.argv[2]) as arrays:
        globals()[sys.argv[1]](dict(arrays))
