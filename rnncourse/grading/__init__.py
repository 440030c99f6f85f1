"""Grading: run notebooks that nobody has looked at, and reach the verdict outside of them.

collecting     from what learning platforms give to a class folder
notebook_files which file of a submission counts, and its text
outputs        a notebook's text without its outputs, however large
submissions    read a submitted notebook, and put its check cells right
sandbox        where a learner's kernel runs, and what it cannot do there
kernels        how such a kernel is started: cold, or as a fork of a warm server
isolation      which of these is taken here: chosen, tried, and held
kernel         the learner's kernel: runs cells, answers questions, is revived
examiner       run one notebook and mark its questions
preprocessors  the same parts inside stock nbgrader
outcomes       what was handed in, and what was decided on it
classes        a class folder: submissions in, outcomes out
sample_class   a synthetic class with the marks that it should get
samples        what its students hand in
damage         what happened to some of their notebooks on the way
"""
