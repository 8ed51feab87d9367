"""Count sheets, as facts and rules. Pure."""
