"""The shipped learners, one per file."""
