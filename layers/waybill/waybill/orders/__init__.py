"""The order: what was bought, where every unit of it stands, what blocks it, and its timeline."""
