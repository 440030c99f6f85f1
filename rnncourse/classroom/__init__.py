"""A class in a box: a JupyterHub on one machine, for an instructor and students.

folder      the folder of a class: what is in it, and how it is laid out
passwords   a password for each user: made, handed out once, kept as a hash
signing_in  the hub's authenticator
room        the sandbox that a student's server runs in, and what is mounted there
inside      the first program in that sandbox
spawner     starts a server: a student's in its room, the instructor's as the instructor
exchange    nbgrader's exchange, where every student has a letter box of their own
hub         the hub's settings; starts it, waits for it, stops it
tied        runs a program that ends when its parent does
settings/   what the servers are told: JupyterLab, nbgrader, the sign-in page
"""
