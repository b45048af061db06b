"""Places in residents' words: the national gazetteer and the resolver that finds the township a message comes from."""

from nlu.places.gazetteer import Gazetteer
from nlu.places.place import Place

__all__ = ["Gazetteer", "Place"]
