"""Places beside the address libraries of PyPI: the same held-out messages in the same run, each in its own process."""
