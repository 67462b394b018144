"""What staff type into the form of a rule, and read there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.booking.policy.starting import starting_sets
from fablab.booking.rules import catalogue
from fablab.booking.rules.case import Names
from fablab.core.i18n import use_locale
from fablab.web.policy import fields, labels, values
from fablab.web.policy.composing import options_from
from fablab.web.policy.kinds import families
from fablab.web.policy.values import Unreadable


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("1 h 30", 90), ("1h30", 90), ("90 min", 90), ("1,5 h", 90), ("2 jours", 2880), ("1 day 2 h", 1560)),
        *(("45 mn.", 45), ("1 semaine", 10080), ("0", 0), ("1 H", 60)),
        *((text, None) for text in ("90", "2", "soon", "-1 h", "1 h -5", "1.5 min", "h", "", "9" * 50, "1 h 30 20")),
    ],
)
def test_durations_are_typed_as_people_type_them_and_never_guessed(text: str, minutes: int | None) -> None:
    if minutes is None:
        with pytest.raises(Unreadable):
            values.duration(text)
    else:
        assert values.duration(text) == minutes


@given(minutes=st.integers(0, 44_640), language=st.sampled_from(["fr", "en"]))
def test_whatever_is_shown_can_be_typed_again(minutes: int, language: str) -> None:
    with use_locale(language):
        for unit, value in (
            ("minutes", minutes),
            ("cents", minutes * 22),
            ("count", minutes),
            ("clock", minutes % 1441),
        ):
            assert values.read(unit, values.show(unit, value)) == value, (unit, value)


def test_every_kind_and_every_parameter_has_a_name_and_can_be_written_from_its_form() -> None:
    cards = [card for family in families() for card in family.kinds]
    assert [card.code for card in cards] == list(catalogue.KINDS)
    assert all(card.name != card.code and card.about for card in cards)
    for code in catalogue.KINDS:
        for item in fields.fields_of(code, options_from(Names())):
            for name in (item.name, *(f"{item.name}.{column.name}" for column in item.columns)):
                said = labels.label(code, name)
                assert said is not None, (code, name)
                assert said[0]
            assert all(labels.choice("", key) == key for key, text in item.options if key == text), (code, item)
    for chosen in starting_sets():
        assert all(part.rule for part in chosen.parts)
