"""How well the assistant understands: messages nobody trained on, the figures, and the report (`make evaluate`)."""
