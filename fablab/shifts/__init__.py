"""Who is there: shifts that make hours staffed, and the people who take them."""
