"""Whoever carries parcels: one port (`fulfilment.ports.Carrier`), an adapter each, and the door at which they tell us where a parcel is."""
