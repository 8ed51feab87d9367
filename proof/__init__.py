"""Proof that the order system survives what may happen to it: a world in memory, its faults, and what must hold in it; and a real cloud whose power is cut."""
