"""vidiom."""
