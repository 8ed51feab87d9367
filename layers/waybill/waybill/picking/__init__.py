"""How a warehouse walks: waves of work, the way through the bins, and the page on which a person picks."""
