"""What the lab costs, each figure beside a floor that the same run measured. Nothing here passes or fails.

Ratios are what to look at: single times depend on the machine and on what else it does.
"""
