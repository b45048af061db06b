"""Whatever somebody may type or paste: an answer, no failure, positions inside the text.

A few hundred inputs in `make test`; CONTRIBUTING.md says how to run the nightly 50,000.
"""
