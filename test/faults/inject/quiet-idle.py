"""Control: nothing at all."""
from lab import Lab

with Lab() as lab:
    lab.ready()
