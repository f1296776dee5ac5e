"""What vidiom's performance is measured with: ``python -m benchmarks``."""
