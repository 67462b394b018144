"""What funders ask: dated facts about people, the path of project holders, and figures that hide small groups."""
