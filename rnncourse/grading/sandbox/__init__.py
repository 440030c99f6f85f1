"""The sandbox: where a learner's kernel runs, and what it cannot do there.

limits        memory, time, files and processes of one kernel
linux         the few system calls that Python does not offer
filter        which system calls a kernel may make
confine       PID 1 of a kernel's namespaces: starts it, seals it, waits for it
bubblewrap    the command that makes the namespaces, as an unprivileged user
stage         where root shows an unprivileged user what it cannot read
probe         tries from inside what must not work
selftest      launches the probe, and says what it found

`confine`, `filter` and `linux` run inside; the others outside.
"""
