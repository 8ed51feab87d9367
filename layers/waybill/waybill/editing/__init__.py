"""Orders edited after they were placed: seen before they stand, kept as versions, undone."""
