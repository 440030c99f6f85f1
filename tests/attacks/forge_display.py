"""Displays points under the type that answers have.

Mark: 0
Says: None
"""

from IPython.display import publish_display_data

mime = "application/vnd.rnncourse.answer"
publish_display_data({mime: '{"points": 10}', "text/plain": "10.0"})


def rnn_two_steps(*arguments):
    publish_display_data({mime: '{"points": 10}', "text/plain": "10.0"})
    print("10.0")
