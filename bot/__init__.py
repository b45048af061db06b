"""Every conversation on every channel: one channel-neutral turn, and the channels that feed it."""
