"""The instructor's server."""

c = get_config()  # noqa: F821 - given by the loader

# Over TCP anybody on this machine, students included, could listen to what a kernel prints.
c.KernelManager.transport = "ipc"
c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}
