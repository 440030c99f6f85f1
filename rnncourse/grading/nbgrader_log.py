"""Where nbgrader writes what it does: a logger of its own, which the command sends to a file."""

import logging

LOGGER = logging.getLogger("rnncourse.nbgrader")
