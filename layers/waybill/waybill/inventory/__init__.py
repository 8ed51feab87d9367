"""Stock: how much lies at each node, who has a claim on it, and every movement that made it so.

`service.Inventory` is what the other contexts call; `waybill.bootstrap.inventory()` builds it.
"""
