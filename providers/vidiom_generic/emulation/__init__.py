"""What the emulator of the API is made of."""
