"""The steps of `build_demo.py`: read, merge, draw, write; no step reads the clock or shared random state."""
