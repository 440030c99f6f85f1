"""The sandbox: where a learner's kernel runs, and what it cannot do there.

limits        memory, time, files and processes of one kernel
layout        what a kernel sees of the machine, and under which names
linux         the few system calls that Python does not offer
filter        which system calls a kernel may make
confine       PID 1 of a kernel's namespaces: starts it, seals it, waits for it
contained     PID 1 of a kernel's container: the same without a privilege
bubblewrap    the command that makes the namespaces, as an unprivileged user
container     the command that makes a container of Podman or Docker instead
stage         where root shows an unprivileged user what it cannot read
cgroup        a limit on what all processes of a kernel take together
refusals      what on a machine refuses namespaces, and the command that allows them
probe         tries from inside what must not work
selftest      launches the probe, and says what it found

`confine`, `contained`, `filter` and `linux` run inside; the others outside.
"""
