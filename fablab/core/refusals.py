"""Why not: what a rule answers, and what a service raises when the answer is no."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why not: a code for programs, a sentence for the member, and whether staff may override it.

    `remedy` says what would work; `rule_id` which rule of the lab speaks, where one does.
    """

    code: str
    message: str
    overridable: bool = False
    remedy: str = ""
    rule_id: int | None = None

    @property
    def sentence(self) -> str:
        """Why not, and what mends it, as a person reads it."""
        return f"{self.message} {self.remedy}".strip()


class Refused(Exception):
    """The rules say no; `refusals` holds every reason, so that a person can mend all of them at once."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(self.messages))

    @classmethod
    def because(cls, code: str, message: str, *, overridable: bool = False) -> "Refused":
        return cls([Refusal(code, message, overridable)])

    @property
    def messages(self) -> list[str]:
        """Every reason, as the member reads it."""
        return [refusal.message for refusal in self.refusals]

    @property
    def sentences(self) -> list[str]:
        """Every reason with what mends it."""
        return [refusal.sentence for refusal in self.refusals]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(refusal.code for refusal in self.refusals)


class Conflict(Refused):
    """Somebody else was quicker, or the thing has changed since it was read."""
