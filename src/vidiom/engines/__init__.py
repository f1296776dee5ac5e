"""Who decides when and where the steps of jobs run: one process, or an engine for many workers."""
