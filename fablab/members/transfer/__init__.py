"""People, memberships and organisations as tables: in with every problem told by line, and out again."""
