"""Payments: append-only events per tender, balances computed from them, gateways behind one port."""
