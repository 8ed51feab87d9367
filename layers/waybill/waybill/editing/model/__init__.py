"""What an edit makes of an order. Pure."""
