"""A student's server."""

c = get_config()  # noqa: F821 - given by the loader

# Over TCP anybody on this machine could listen to what a kernel prints.
c.KernelManager.transport = "ipc"
c.KernelSpecManager.allowed_kernelspecs = {"python3"}
c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.formgrader": False,
    "nbgrader.server_extensions.course_list": False,
}
