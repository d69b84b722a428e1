"""Simulates the paid FLUX HTTP API with the standard library and Pillow, from the provider's facts alone.

It knows neither our client nor our catalogue, because a simulator built from our own understanding
can only agree with it.
"""
