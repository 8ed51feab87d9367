"""What is printed for a parcel. Pure and deterministic: the same parcel gives the same bytes."""
