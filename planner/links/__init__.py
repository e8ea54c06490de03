"""Candidate link options: fibre, microwave, satellite, cellular."""
