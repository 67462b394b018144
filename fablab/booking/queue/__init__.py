"""The waiting list: who waits for what, what is offered to them when it frees, and what they answer."""
