"""Many jobs in one process: submitted within limits, polled together, collected apart."""
