"""Handing a reservation over to another member who may have it: until they take it, it stays its holder's.

Whoever hands it over names the other by an address or a member number, and learns nothing of whether anybody is called
so before that person takes it.
"""
