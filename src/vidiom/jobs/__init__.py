"""The durable job store, which is the truth about every job, and the archive of raw answers."""
