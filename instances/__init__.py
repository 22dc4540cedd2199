"""The shipped games, filed by the publication they come from."""
