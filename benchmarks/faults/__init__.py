"""Faults of the machine: kills, full disks, forbidden folders, damaged files, clocks that are set, long work."""
