"""Grade a class with otter-grader's Python interface; runs alone, in otter-grader's environment.

`python otter_class.py FOLDER`: autograder.zip and notebooks in, one JSON file each out.
"""

import json
import sys
from pathlib import Path

from otter.api import grade_submission

folder = Path(sys.argv[1])
for path in sorted(folder.glob("*.ipynb")):
    results = grade_submission(str(path), str(folder / "autograder.zip"), quiet=True)
    scores = [result.score for _, result in sorted(results.results.items())]
    path.with_suffix(".json").write_text(json.dumps(scores))
