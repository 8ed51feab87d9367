"""Carriers' own APIs (UPS, FedEx), spoken by karrio: the light functions ask `functions/direct_carriers`, which alone imports it."""
