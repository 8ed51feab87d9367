"""The shop's set-up: nodes, items, channels, carriers, accounts, keys. Read by everybody, written by set-up alone."""
