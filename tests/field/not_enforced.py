"""Statements that no software can enforce, with the reason."""

UNENFORCEABLE = {
    ("P02", 5): "an appeal to courtesy without a deadline that could be checked",
    ("P18", 1): "a paper is left with staff; they see it, no software does",
    ("P32", 2): "a finding about the past, not a rule",
    ("P41", 1): "staff see unsafe use and decide what it costs",
    ("P43", 1): "somebody must watch the first layer",
    ("P50", 1): "he speaks to the team, and watches the machine; that he checks in is a rule, as of others here",
    ("P51", 2): "a matter of judgement: whether it disturbs",
}
