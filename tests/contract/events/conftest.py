"""Property tests here have no deadline: how fast a shared machine is must not decide whether they pass."""

from hypothesis import settings

settings.register_profile("isopolity", deadline=None)
settings.load_profile("isopolity")
