"""The demo shop's warehouses, its 3PL and its carriers: they take work, pick, pack, ship and deliver, within seconds.

They use nothing but the public API and, where one speaks EDI, its folder; so whatever they know after a restart is what these tell them.
"""
