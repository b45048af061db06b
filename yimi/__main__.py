"""`python -m yimi` is the `yimi` command."""

from yimi.cli import main

main()
