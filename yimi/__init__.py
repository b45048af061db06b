"""Yimi (最后一米): settings, the `yimi` command, and the start of every process."""
