"""What channels are told of stock."""
