"""The analysis engine: one decoding pass over the pictures, one over the sound, many detectors."""
