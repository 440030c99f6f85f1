"""Displays thousands of figures' worth of nothing.

Mark: 6
"""

from IPython.display import display

for number in range(3000):
    display(number)
