"""What every vendor's emulator is made of; needs the extra ``emulate`` where it is on the web."""
