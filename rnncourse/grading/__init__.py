"""Grading: run notebooks that nobody has looked at, and reach the verdict outside of them.

submissions    read a submitted notebook, and put its check cells right
kernel         the learner's kernel: runs cells, answers questions, is revived
examiner       run one notebook and mark its questions
preprocessors  the same parts inside stock nbgrader
classes        a class folder: submissions in, outcomes out
sample_class   a synthetic class with the marks that it should get
"""
