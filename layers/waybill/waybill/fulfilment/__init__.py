"""From a node's work to the parcel at the door: fulfilment orders, packing, carriers, labels, tracking."""
