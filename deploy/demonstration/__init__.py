"""A district that nobody has, loaded through the public API, and the main job done on it before our eyes."""

from deploy.demonstration.district import district_of
from deploy.demonstration.main_job import load_and_show

__all__ = ["district_of", "load_and_show"]
