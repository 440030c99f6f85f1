"""`rnncourse serve`: the built book on the reader's own machine.

pages      the book alone, from a server of static files
kernels    the book, and a Jupyter Server that runs its cells
"""
