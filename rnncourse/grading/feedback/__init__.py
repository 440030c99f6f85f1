"""Pages that a student reads after the grading, and what a marker sees in formgrader.

    gradebook ──────────────┐
    autograded/ (verdicts) ─┼──> feedback/<student>/<exercise>/<exercise>.html
    solutions/ (sections) ──┘    feedback/<student>/index.html

Whatever a learner wrote is text here and nothing else: escaped by the template,
shortened, its control characters made visible. No output of theirs is shown.

legible    strangers' text, fit for a page
guide      titles, and where in the book to read on
pages      what a page says, and its HTML
exporter   from a graded notebook to its page, inside nbgrader
summary    a student's exercises on one page
writing    which pages to write, and when
marker     the notebook that a marker opens: harmless, with the rubric
"""
