"""Stock on its way, as facts and rules. Pure."""
