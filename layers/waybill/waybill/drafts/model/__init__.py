"""What a draft is, what it comes to, and what it may do next. Pure."""
