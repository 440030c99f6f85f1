"""The attack suite: one small file an attack, and what must be seen of it.

An attack's first line says what it tries. It stands in the cell of the second
question of 01_recurrent_neurons; the first question is answered right and
keeps its 4 points whatever happens. `Mark: 0` means that the attack gives a
wrong answer, and wants marks or harm; `Mark: 6`, that a right answer follows
it and must still count. `Says:` is a pattern of the reason that is given. The
files end in .ipy so that nothing that looks for modules runs one by accident.

An attack that gets out of the sandbox prints ESCAPED. What it may aim at is
made for the purpose: SECRET is a file, PORT, LOCAL and ABSTRACT are sockets of
the suite. Nothing else is connected to, and what takes memory, files or
processes stops at eight times what the sandbox allows.

    python -m tests.attacks                    the table: every attack, warm and cold
    python -m tests.attacks escape             those whose names begin so
    python -m tests.attacks escape container   in containers
"""
