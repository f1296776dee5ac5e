"""What the emulator is made of: the vendor's state, its answers, and the faults of a network."""
