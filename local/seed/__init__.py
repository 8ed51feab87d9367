"""The demo shop: nodes, items, stock, channels, carriers, accounts, keys. What it consists of is in `shop.json`."""
