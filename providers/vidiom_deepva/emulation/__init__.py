"""What the emulator is made of: the vendor's resources, its answers, and what goes wrong."""
