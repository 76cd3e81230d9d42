"""Measures HTTP servers beside each other, and reports the figures. See Benchmarks/README.md."""
