"""What one kernel may use."""

from dataclasses import asdict, dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one kernel may use. Memory and files in bytes, times in seconds.

    Args:
        data: Memory of one process: heap and private mappings.
        address_space: All mappings of one process; TensorFlow reserves far more than it uses.
        scratch: Files in the kernel's own folders, which are in memory.
        shared_memory: Files in /dev/shm.
        file: Size of one file.
        processes: Processes and threads at one time.
        open_files: Open files of one process.
        cpu: Processor time of one process.
        together: Memory of all processes and of their files in memory, where a cgroup counts it.
    """

    data: int = 2048 * MIB
    address_space: int = 6144 * MIB
    scratch: int = 256 * MIB
    shared_memory: int = 64 * MIB
    file: int = 128 * MIB
    processes: int = 256
    open_files: int = 512
    cpu: int = 900
    together: int = 3072 * MIB

    def to_tree(self) -> dict[str, int]:
        """Return the limits as plain values, for a message."""
        return asdict(self)
