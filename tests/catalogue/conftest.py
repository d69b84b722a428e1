from hypothesis import settings

# A deadline per example measures how busy the machine is, not whether the catalogue is right.
settings.register_profile("catalogue", deadline=None)
settings.load_profile("catalogue")
