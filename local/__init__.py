"""The laptop cloud: everything that stands in for AWS and for third parties on one machine."""
