"""How a learner's kernel is started.

provisioner  what Jupyter calls: a fork of a warm server, or a sandbox for each kernel
forked       the server from outside: start it, and hold its kernels like processes
server       the server, which has imported TensorFlow already; it runs inside one sandbox
protocol     what the two sides say to each other
"""
