"""What FLUX offers, as data and pure functions: models, parameters, shapes, seeds, prompts and first prices.

Source of every fact: the provider's documents and Black Forest Labs' (BFL) published OpenAPI.
Imports nothing of Django.
"""
