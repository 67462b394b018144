"""How to read a machine over the network and turn readings into jobs; knows nothing of the lab."""
