"""Rasa components, one class a file; each adds to a message and removes nothing."""
