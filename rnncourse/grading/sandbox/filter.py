"""Which system calls a learner's kernel may make.

Everything that computes, reads and writes is allowed; refused is what reaches
past the sandbox: namespaces, mounts, other processes' memory, sockets that are
not local or IP, keys, BPF, io_uring. Namespaces hold most of these anyway; the
filter closes the ways around them that kernels had bugs in.
"""

import contextlib
import errno
from typing import Any

REFUSED = """\
    unshare setns mount umount2 pivot_root chroot
    open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
    ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
    keyctl add_key request_key bpf perf_event_open userfaultfd
    io_uring_setup io_uring_enter io_uring_register
    kexec_load kexec_file_load init_module finit_module delete_module
    quotactl quotactl_fd swapon swapoff reboot acct syslog
    open_by_handle_at name_to_handle_at personality memfd_secret vmsplice lookup_dcookie
    iopl ioperm
"""
NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
FAMILIES = 46
"""Socket families that today's Linux knows; AF_VSOCK, 40, reaches out of a network namespace."""
TIOCSTI = 0x5412


def load() -> None:
    """Put the filter on this process, for good, and on all that it starts.

    Raises:
        OSError: If the kernel refuses it, or libseccomp is missing.
    """
    import pyseccomp as seccomp

    refuse = seccomp.ERRNO(errno.EPERM)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in REFUSED.split():
        with contextlib.suppress(RuntimeError, OSError, ValueError):  # not on every processor
            rules.add_rule(refuse, name)
    # Its flags are behind a pointer, out of the filter's sight; C libraries fall back to clone.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    # Files in memory of no folder, so of no limited size.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "memfd_create")
    for flag in NAMESPACES:
        rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    rules.add_rule(refuse, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, TIOCSTI))
    _sockets(rules, seccomp)
    rules.load()


def _sockets(rules: Any, seccomp: Any) -> None:
    """Refuse every family but local, IP, and the netlink protocol that libzmq asks."""
    refuse = seccomp.ERRNO(errno.EAFNOSUPPORT)
    for family in range(FAMILIES):
        if family not in (UNIX, INET, INET6, NETLINK):
            rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.EQ, family))
    rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.GE, FAMILIES))
    other = seccomp.Arg(2, seccomp.NE, 0)
    rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.EQ, NETLINK), other)
