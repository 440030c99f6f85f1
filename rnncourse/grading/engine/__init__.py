"""How a class is graded: what was handed in is made sound, run by workers, and entered.

    submitted/ ──> prepare ──Work──> workers ──Finished──> keep ──> enter ──> outcomes/
                   (here)           (anywhere)            (disk)   (here: one writer)

work       what goes to a worker and what comes back; the pure function between them
execute    running the notebooks of other courses, as nbgrader does
workers    who does it: this process, …
cluster    … or workers of Dask: processes of this machine, or a cluster
grading    the way from submissions to outcomes, which can be cut anywhere and taken up again
"""
