"""What Amazon is asked, and what its answers mean for our work. Pure."""
