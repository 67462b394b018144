"""One file for each kind of machine; only the registry imports them."""
