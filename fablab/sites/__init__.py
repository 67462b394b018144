"""Where the network is: legal entities, sites, rooms, and when they are open."""
