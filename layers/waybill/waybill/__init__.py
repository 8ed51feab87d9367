"""Waybill, an open-source order management system."""
