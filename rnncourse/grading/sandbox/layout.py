"""What a kernel sees of this machine, and under which names.

    /usr            the system's libraries and programs, read-only
    /opt/python     the interpreter, read-only
    /opt/env        its packages, read-only
    /opt/course     the helper package, read-only: nothing of a solution is in it
    /conn           the run folder: connection file, sockets, the notebook's own files
    /box /tmp /home /dev/shm    in memory, of limited size

Everything else of the machine is not there.
"""

import sys
import sysconfig
from pathlib import Path

CONNECTION = "/conn"
"""Where the kernel finds its connection file and puts its sockets."""
WORK = "/box"
"""Where the cells run."""
HOME = "/home"
PYTHON = f"/opt/python/bin/python{sys.version_info.major}.{sys.version_info.minor}"
READ_ONLY = {
    "python": (Path(sys.base_prefix), "/opt/python"),
    "packages": (Path(sysconfig.get_path("purelib")), "/opt/env/site-packages"),
    "bin": (Path(sys.prefix, "bin"), "/opt/env/bin"),
    "course": (Path(__file__).parents[2], "/opt/course/rnncourse"),
}
"""What is needed besides the system: where it is here, and where a kernel sees it."""
SYSTEM = tuple(Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64"))
"""Folders beside /usr that a machine may have, most of them as links into it."""
SETTINGS = tuple(Path("/etc", name) for name in ("ld.so.cache", "fonts", "localtime"))
"""Files and folders of /etc that programs look at, and that tell nothing."""
ENVIRONMENT = {
    "HOME": HOME,
    "USER": "learner",
    "LOGNAME": "learner",
    "LANG": "C.UTF-8",
    "PATH": "/opt/env/bin:/opt/python/bin:/usr/bin",
    "PYTHONPATH": "/opt/course:/opt/env/site-packages",
    "LD_LIBRARY_PATH": "/opt/python/lib",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "MPLCONFIGDIR": f"{HOME}/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    # One thread a kernel: there are as many kernels as cores. And a process that has
    # started threads cannot be forked.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
