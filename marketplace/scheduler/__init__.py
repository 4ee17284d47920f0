"""The table of jobs and the one process that runs it."""
