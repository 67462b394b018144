"""The kinds of rules as a fabmanager reads them: in families, each with a name and a sentence of what it does."""

from collections.abc import Mapping
from dataclasses import dataclass

from fablab.booking.rules import catalogue
from fablab.core.i18n import _


@dataclass(frozen=True, slots=True)
class KindCard:
    """A kind of rule."""

    code: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds that are about the same."""

    name: str
    icon: str
    kinds: list[KindCard]


def families() -> list[Family]:
    """Every kind, family by family, in the order in which the screens show them; one that nobody named is among the
    terms, by its code.
    """
    named = [*_how_long(), *_when(), *_how_much(), *_spacing(), *_first(), *_who(), "jobs", *_terms()]
    unnamed = {code: (code, "") for code in catalogue.KINDS if code not in named}
    return [
        Family(_("How long"), "hourglass-split", _cards(_how_long())),
        Family(_("When"), "calendar-week", _cards(_when())),
        Family(_("How much"), "bar-chart", _cards(_how_much())),
        Family(_("Time between, and several at once"), "arrows-move", _cards(_spacing())),
        Family(_("Who comes first"), "flag", _cards(_first())),
        Family(_("Who"), "people", _cards(_who())),
        Family(
            _("What for"),
            "tag",
            _cards({"jobs": (_("Jobs and materials"), _("Whoever reserves says what for, out of your list."))}),
        ),
        Family(_("On which terms"), "journal-text", _cards({**_terms(), **unnamed})),
    ]


def kind_card(code: str) -> KindCard:
    """The kind with this code, which is one of the catalogue's."""
    return next(card for family in families() for card in family.kinds if card.code == code)


def _cards(said: Mapping[str, tuple[str, str]]) -> list[KindCard]:
    return [KindCard(code, name, about) for code, (name, about) in said.items()]


def _how_long() -> dict[str, tuple[str, str]]:
    return {
        "length": (
            _("Shortest and longest"),
            _("How long a reservation lasts at least and at most, and in which steps."),
        ),
        "lengths": (_("Lengths to choose from"), _("Only some lengths, such as 1 h, 2 h or 4 h.")),
        "blocks": (_("Whole blocks"), _("Half-days, days or whole weekends, which nobody cuts in pieces.")),
        "buffer": (_("Setting up and cleaning"), _("Time that is kept free before and after each reservation.")),
    }


def _when() -> dict[str, tuple[str, str]]:
    return {
        "ahead": (_("How far ahead"), _("So many days ahead at most; a new day opens at a time that you choose.")),
        "lead": (_("How early"), _("It is asked for so long before, or so many days before, at the latest.")),
        "waves": (_("Released in waves"), _("On a weekday the next days are released together, for everybody.")),
        "months": (_("Months"), _("A month is released on a day of a month before.")),
        "starts": (_("When it begins"), _("At some times of the day only, or on the full or half hour.")),
        "between": (_("Hours and weekdays"), _("The whole of it lies within some hours of some weekdays.")),
        "ends_before_closing": (_("Over before closing"), _("It ends some time before the place closes.")),
        "over_closing": (_("Over closing time"), _("It may go on while the place is closed: over night, at weekends.")),
    }


def _how_much() -> dict[str, tuple[str, str]]:
    return {
        "quota": (
            _("So much in a time"),
            _("So many reservations or hours in a day, a week, a month, a season, or held at once."),
        ),
        "capacity": (_("People at the same time"), _("How many are in a room or at a kind of machine at once.")),
    }


def _spacing() -> dict[str, tuple[str, str]]:
    return {
        "gap": (_("Time between two"), _("So that nobody chains one reservation to the next.")),
        "at_once": (_("Several at the same time"), _("How many machines one person has at the same time.")),
    }


def _first() -> dict[str, tuple[str, str]]:
    return {
        "pace": (
            _("Not too many at once"),
            _("So many within some minutes: nobody grabs all that opens."),
        ),
        "draw": (_("A draw"), _("For times that too many want: everybody says what they wish, and chance decides.")),
        "priority": (_("Passing first"), _("Who may take what others reserved, and how long before.")),
    }


def _who() -> dict[str, tuple[str, str]]:
    return {
        "certificate": (
            _("A certificate"),
            _("Besides what the machine needs anyway: for some times, people or jobs."),
        ),
        "membership": (_("A membership in order"), _("On the day of the reservation; any, or certain kinds.")),
        "only_classes": (_("Some classes of members only"), _("Others do not reserve it.")),
        "not_for": (_("Not for these"), _("Whom and what you choose below cannot reserve it at all, and why.")),
        "supervised": (_("Only while staff are there"), _("As the opening hours and the shifts say.")),
        "companion": (_("Never alone"), _("Somebody comes along, an adult perhaps, or one who knows the machine.")),
        "staff_books": (_("Through staff only"), _("Members ask at the desk, by telephone or by mail.")),
        "guests": (_("Guests"), _("How many may come along.")),
        "exempt": (_("Free of other rules"), _("For those whom you choose below, other rules do not hold.")),
    }


def _terms() -> dict[str, tuple[str, str]]:
    return {
        "check_in": (_("Checking in"), _("Whoever does not come in time loses the place to others.")),
        "cancellation": (_("Giving back late"), _("What it costs: nothing, a strike, a fee, or a part of the price.")),
        "late_return": (_("Bringing back late"), _("For what is lent: a fee, and so much for each hour.")),
        "extension": (_("Going on"), _("Whoever is there may go on if nobody follows.")),
        "moves": (_("Moving it"), _("How often and until when members move it themselves.")),
        "hand_over": (_("Handing it over"), _("Whether another member may take it over.")),
        "review": (_("Staff approve it first"), _("It is a request, and the time is kept until staff answer.")),
        "waiting": (_("Waiting list"), _("How long whoever waits has to answer, and for how much one may wait.")),
    }
