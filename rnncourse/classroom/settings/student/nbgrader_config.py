"""nbgrader's settings on a student's server."""

c = get_config()  # noqa: F821 - given by the loader

c.CourseDirectory.course_id = "rnncourse"
c.Exchange.root = "/srv/exchange"
c.KernelManager.transport = "ipc"  # of "Validate", for the same reason as elsewhere
