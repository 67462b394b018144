"""Statements that no software can enforce, with the reason; and those whose mechanism comes later, with its name."""

UNENFORCEABLE = {
    ("P02", 5): "an appeal to courtesy without a deadline that could be checked",
    ("P18", 1): "a paper is left with staff; they see it, no software does",
    ("P32", 2): "a finding about the past, not a rule",
    ("P41", 1): "staff see unsafe use and decide what it costs",
    ("P43", 1): "somebody must watch the first layer",
    ("P51", 2): "a matter of judgement: whether it disturbs",
}
RELEASE = "release of no-shows by itself, and check-in"
TERMS = "fees for late cancelling, missing and returning late"
HAND_OVER = "handing over to another member"
LATER = {
    ("P03", 5): "the waiting list",
    ("P03", 6): f"{RELEASE}, with the waiting list",
    ("P03", 7): TERMS,
    ("P03", 8): f"{TERMS}; {HAND_OVER}",
    ("P03", 9): HAND_OVER,
    ("P04", 6): RELEASE,
    ("P06", 3): RELEASE,
    ("P06", 5): TERMS,
    ("P07", 4): RELEASE,
    ("P08", 2): RELEASE,
    ("P14", 0): "priority classes that may bump others with notice",
    ("P29", 2): "request and review",
    ("P32", 1): TERMS,
    ("P37", 2): RELEASE,
    ("P37", 6): HAND_OVER,
    ("P40", 1): TERMS,
    ("P40", 2): HAND_OVER,
    ("P41", 0): TERMS,
    ("P50", 1): RELEASE,
    ("P66", 0): "priority classes that may bump others with notice",
}
