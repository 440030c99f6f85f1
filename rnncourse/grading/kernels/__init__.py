"""How a learner's kernel is started.

provisioner  what Jupyter calls: a fork of a warm server, or a sandbox for each kernel
forked       a kernel of the server, held like a process
contained    a kernel in a container, held like a process
keeper       starts the server, again if it dies, and ends it
server       the server, which has imported TensorFlow already; it runs inside one sandbox
protocol     what the provisioner and the server say to each other
runs         run folders: private, locked, and swept when their owner was killed
"""
