"""What is claimed about speed and quality, rerunnable: ``python -m benchmarks.<name>``."""
