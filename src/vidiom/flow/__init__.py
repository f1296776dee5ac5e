"""How work is described, what deserves a retry, and the two drivers that carry it out."""
