"""AWS as this system uses it, in memory: what is not used is not there, and says so."""
