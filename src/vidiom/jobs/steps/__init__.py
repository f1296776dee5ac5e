"""The steps of a job's life as flows: submit, check, collect. Each may be repeated at any time."""
