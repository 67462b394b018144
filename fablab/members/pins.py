"""What a PIN must be: pure."""

from datetime import date

from fablab.core.i18n import _
from fablab.core.refusals import Refusal

SHORTEST, LONGEST = 4, 8
_DIGITS = "0123456789"
_COMMON = {"1004", "1122", "1212", "1313", "1010", "2000", "2580", "6969", "0852", "121212", "123123", "112233"}


def check(pin: str, number: int, born: date | None) -> list[Refusal]:
    """Every reason why this cannot be the PIN of the member with this number, born on that day."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        text = _("A PIN has from %(least)s to %(most)s digits.", least=SHORTEST, most=LONGEST)
        return [Refusal("pin_form", text)]
    if _is_easy(pin) or pin == str(number).zfill(len(pin)):
        return [Refusal("pin_easy", _("This PIN is too easy to guess. Choose another one."))]
    if born is not None and pin in _days(born):
        return [Refusal("pin_birthday", _("A birthday is easy to find out. Choose another PIN."))]
    return []


def _is_easy(pin: str) -> bool:
    """All alike, one after the other up or down, the same half twice, a year, or what everybody takes."""
    runs = _DIGITS * 2
    half = len(pin) // 2
    return (
        len(set(pin)) == 1
        or pin in runs
        or pin in runs[::-1]
        or pin in _COMMON
        or (len(pin) % 2 == 0 and pin[:half] == pin[half:])
        or (len(pin) == 4 and pin[:2] in ("19", "20"))
    )


def _days(born: date) -> set[str]:
    """A birthday as people type it."""
    forms = ("%d%m", "%m%d", "%d%m%y", "%y%m%d", "%m%d%y", "%d%m%Y", "%Y%m%d", "%m%d%Y", "%m%Y", "%Y%m", "%Y", "%m%y")
    return {born.strftime(form) for form in forms}
