"""Stock on its way to a node: purchase orders, transfers between nodes, and what may be promised of them."""
