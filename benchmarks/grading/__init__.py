"""Grading measured beside its peers: throughput, kernels, attacks; and what follows for a class."""
