"""Language understanding: Rasa components (engine only) and the pure parts both environments share."""
