"""Results, jobs and providers as pages for people."""
