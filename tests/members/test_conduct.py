"""Holds, strikes and appeals through the services: who may, what follows, and that nothing counts twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.outbox import OutboxRow
from fablab.core.period import Period
from fablab.core.refusals import Conflict, Refused
from fablab.members import queries as members
from fablab.members import services, standing
from fablab.members.conduct import appeals, holds, policies, queries, strikes
from fablab.members.conduct.appeals import Answer, AppealCard
from fablab.members.conduct.holds import HoldCard
from fablab.members.conduct.policies import PolicyCard
from fablab.members.conduct.rules import Rules, Step
from fablab.members.conduct.strikes import StrikeCard
from fablab.members.models import Guardianship, Hold, HoldKind, Role, Strike, StrikeKind
from tests.conftest import Lab, hours_from
from tests.support.threads import at_once

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
LADDER = (
    Step(strikes=3, within_days=90, days=14),
    Step(strikes=3, within_days=90, days=30, after=1),
)


def place(lab: Lab, who: int | None, now: datetime = NOW, **card: object) -> int:
    values = {"member_id": lab.cast.maker, "kind": HoldKind.SUSPENDED, "reason": "Bruit", **card}
    with transaction() as session:
        actor = lab.actor(who) if who else None
        return holds.place_hold(session, actor, HoldCard(**values), now).id  # type: ignore[arg-type]


def strike(lab: Lab, who: int | None, number: int | None = None, now: datetime = NOW, **card: object) -> int:
    values = {"member_id": lab.cast.maker, "kind": StrikeKind.NO_SHOW, "reason": "Prusa", "site_id": lab.cast.workshop}
    subject = f"reservation:{number}" if number else None
    with transaction() as session:
        actor = lab.actor(who) if who else None
        return strikes.strike(session, actor, StrikeCard(**{**values, **card}, subject=subject), now).id  # type: ignore[arg-type]


def withdraw(lab: Lab, who: int, strike_id: int, now: datetime = NOW) -> None:
    with transaction() as session:
        strikes.withdraw_strike(session, lab.actor(who), strike_id, "Erreur", now)


def write_rules(
    lab: Lab, site_id: int | None = None, *, version: int = 0, is_own: bool = True, **rules: object
) -> None:
    card = PolicyCard(rules=Rules(**{"ladder": LADDER, **rules}), is_own=is_own)  # type: ignore[arg-type]
    with transaction() as session:
        policies.write_policy(session, lab.actor(lab.cast.admin), site_id, card, version, NOW)


def against(lab: Lab, site_id: int, period: Period, now: datetime) -> list[str]:
    found = standing.reasons_against(lab.session, lab.cast.maker, site_id, period, now)
    return [item.code for item in found]


def suspended(lab: Lab) -> list[Hold]:
    lab.session.rollback()
    return lab.session.query(Hold).filter_by(kind="suspended").order_by(Hold.id).all()


def refusal(act: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.codes


def mails(lab: Lab, prefix: str) -> list[str]:
    lab.session.rollback()
    return [row.payload["to"] for row in lab.session.query(OutboxRow) if row.key.startswith(prefix)]


def test_a_hold_stands_in_the_way_while_it_lasts_and_for_what_lies_in_it(lab: Lab) -> None:
    cast = lab.cast
    here, there = cast.workshop, cast.office
    place(lab, cast.fabmanager, site_id=here, starts_at=NOW + 2 * DAY, ends_at=NOW + 4 * DAY)
    before, within, after = (hours_from(NOW + days * DAY, 1) for days in (1, 3, 5))

    assert against(lab, here, before, NOW) == []
    assert against(lab, here, within, NOW) == ["hold_suspended"]
    assert against(lab, here, after, NOW) == []
    assert against(lab, here, after, NOW + 3 * DAY) == ["hold_suspended"], "nothing is reserved while suspended"
    assert against(lab, here, after, NOW + 4 * DAY) == []
    assert against(lab, there, within, NOW) == []
    network = place(lab, cast.admin, kind=HoldKind.OTHER)
    assert against(lab, there, before, NOW) == ["hold_other"]
    with transaction() as session:
        holds.lift_hold(session, lab.actor(cast.admin), network, "C’est réglé", NOW)
    assert against(lab, there, before, NOW) == []
    assert all(item.overridable for item in standing.reasons_against(lab.session, cast.maker, here, within, NOW))


def test_who_may_place_and_lift_which_hold(lab: Lab) -> None:
    cast = lab.cast
    for who, kind, site_id in (
        (cast.fabmanager, HoldKind.SUSPENDED, None),
        (cast.fabmanager, HoldKind.SUSPENDED, cast.office),
        (cast.trainer, HoldKind.SUSPENDED, cast.workshop),
        (cast.treasurer, HoldKind.SUSPENDED, None),
        (cast.treasurer, HoldKind.UNPAID, cast.workshop),
        (cast.maker, HoldKind.OTHER, cast.workshop),
    ):
        with pytest.raises(Forbidden):
            place(lab, who, kind=kind, site_id=site_id)
    unpaid = place(lab, cast.treasurer, kind=HoldKind.UNPAID)
    at_site = place(lab, cast.fabmanager, site_id=cast.workshop)
    for who, hold_id, error in (
        (cast.student, at_site, NotFound),
        (cast.treasurer, at_site, NotFound),
        (cast.trainer, at_site, Forbidden),
        (cast.maker, at_site, Forbidden),
        (cast.fabmanager, unpaid, Forbidden),
    ):
        with pytest.raises(error), transaction() as session:
            holds.lift_hold(session, lab.actor(who), hold_id, "x", NOW)
    with transaction() as session:
        holds.lift_hold(session, lab.actor(cast.treasurer), unpaid, "Payé", NOW)
        holds.lift_hold(session, lab.actor(cast.fabmanager), at_site, "Excusé", NOW)
        lifted = holds.lift_hold(session, lab.actor(cast.admin), at_site, "Encore", NOW + DAY)
        assert (lifted.lifted_why, lifted.lifted_at) == ("Excusé", NOW)


def test_what_cannot_be_placed_says_why_and_nobody_lifts_their_own(lab: Lab) -> None:
    cast = lab.cast
    assert refusal(lambda: place(lab, cast.admin, reason=" \n", ends_at=NOW)) == ("reason", "ends_at")
    assert refusal(lambda: place(lab, cast.admin, starts_at=NOW - 9 * DAY)) == ("starts_at",)
    assert refusal(lambda: place(lab, cast.admin, reason="x" * 1001)) == ("reason",)
    assert refusal(lambda: place(lab, cast.admin, member_id=cast.admin)) == ("own",)
    for wrong in ({"member_id": 9999}, {"site_id": 9999}):
        with pytest.raises(NotFound):
            place(lab, cast.admin, **wrong)
    own = place(lab, cast.admin, member_id=cast.fabmanager, site_id=cast.workshop)
    assert refusal(lambda: _lift(lab, cast.fabmanager, own, "x")) == ("own",)
    assert refusal(lambda: _lift(lab, cast.admin, own, " ")) == ("why",)
    unpaid = place(lab, None, member_id=cast.admin, kind=HoldKind.UNPAID)
    assert refusal(lambda: _lift(lab, cast.admin, unpaid, "x")) == ("own",), "the treasurer is there"
    with transaction() as session:
        members.member(session, cast.treasurer).left_at = NOW
    _lift(lab, cast.admin, unpaid, "Payé", now=NOW + DAY)


def _lift(lab: Lab, who: int, hold_id: int, why: str, now: datetime = NOW) -> None:
    with transaction() as session:
        holds.lift_hold(session, lab.actor(who), hold_id, why, now)


def test_a_key_is_placed_once_also_by_two_at_once_and_after_it_was_lifted(lab: Lab) -> None:
    def bill() -> int:
        return place(lab, None, kind=HoldKind.UNPAID, reason="Facture F-1", key="invoice:1")

    first, second = at_once(lab.app, [bill, bill])
    with transaction() as session:
        holds.lift_by_key(session, "invoice:1", "Payée", NOW)
        holds.lift_by_key(session, "invoice:2", "Payée", NOW)

    assert first == second == bill()
    assert len(mails(lab, "hold:")) == 1
    assert against(lab, lab.cast.office, hours_from(NOW, 1), NOW) == []


def test_the_third_strike_suspends_and_the_second_time_longer(lab: Lab) -> None:
    cast = lab.cast
    write_rules(lab, strike_days=365)
    for number in (1, 2, 2):
        strike(lab, cast.fabmanager, number)
    assert suspended(lab) == []
    strike(lab, None, 3)

    (first,) = suspended(lab)
    assert (first.site_id, first.placed_by_id, first.ends_at) == (None, None, datetime(2026, 3, 15, 23, tzinfo=UTC))
    assert first.reason == "3 strikes within 90 days"
    assert against(lab, cast.office, hours_from(NOW + 40 * DAY, 1), NOW) == ["hold_suspended"]
    for number in (4, 5, 6):
        strike(lab, cast.fabmanager, number, NOW + 20 * DAY)
    assert [(row.ends_at - row.starts_at).days for row in suspended(lab) if row.ends_at] == [13, 29]
    assert len(mails(lab, "strike:")) == 6
    assert len(mails(lab, "hold:")) == 2
    logged = [row.action for row in lab.session.query(AuditEntry).filter_by(member_id=cast.maker)]
    assert (logged.count("strike.made"), logged.count("hold.placed")) == (6, 2)


def test_withdrawing_a_strike_lifts_what_followed_from_it_and_only_that(lab: Lab) -> None:
    cast = lab.cast
    write_rules(lab)
    by_hand = place(lab, cast.admin)
    ids = [strike(lab, cast.fabmanager, number) for number in (1, 2, 3)]
    spare = strike(lab, cast.fabmanager, 4)

    withdraw(lab, cast.fabmanager, spare)
    assert [row.lifted_at for row in suspended(lab)] == [None, None]
    for _ in range(2):
        withdraw(lab, cast.fabmanager, ids[0])
    hand, by_rule = suspended(lab)
    assert (hand.id, hand.lifted_at, by_rule.lifted_at, by_rule.lifted_by_id) == (by_hand, None, NOW, None)
    assert by_rule.lifted_why == "A strike that it followed from was withdrawn."
    for who, error in ((cast.student, NotFound), (cast.trainer, Forbidden), (cast.treasurer, NotFound)):
        with pytest.raises(error):
            withdraw(lab, who, ids[1])
    with transaction() as session:
        services.grant_role(session, members.member(session, cast.maker), Role.FABMANAGER, site_id=cast.workshop)
    assert refusal(lambda: withdraw(lab, cast.maker, ids[1])) == ("own",)
    assert strike(lab, cast.fabmanager, 1) != ids[0], "what was withdrawn may strike again"


def test_a_sites_own_rules_win_and_changing_them_rewrites_nothing(lab: Lab) -> None:
    cast = lab.cast
    write_rules(lab, strike_days=10)
    write_rules(lab, cast.office, ladder=(Step(strikes=1, within_days=None, days=None),), strike_days=None)

    strike(lab, cast.admin, 1, site_id=cast.office)
    (hold,) = suspended(lab)
    assert (hold.site_id, hold.ends_at) == (cast.office, None)
    strike(lab, cast.fabmanager, 2)
    strike(lab, cast.admin, 3, site_id=None)
    assert len(suspended(lab)) == 1, "the office's strike is none of the network's"
    assert refusal(lambda: write_rules(lab, cast.office)) == ("stale",)
    write_rules(lab, cast.office, version=1, is_own=False)
    write_rules(lab, version=1, strike_days=20)
    rows = lab.session.query(Strike).order_by(Strike.id).all()
    assert [row.expires_at for row in rows] == [None, NOW + 10 * DAY, NOW + 10 * DAY]
    strike(lab, cast.admin, 4, site_id=cast.office)
    assert [row.site_id for row in suspended(lab)] == [cast.office, None], "now it keeps the network's, and all count"
    for who, site_id in ((cast.fabmanager, None), (cast.fabmanager, cast.office), (cast.trainer, cast.workshop)):
        with pytest.raises(Forbidden), transaction() as session:
            policies.write_policy(session, lab.actor(who), site_id, PolicyCard(), 0, NOW)
    wrong = Rules(cancel_minutes=-1, grace_minutes=999, strike_days=0, ladder=(LADDER[0], LADDER[0]))
    assert refusal(lambda: write_rules(lab, cast.workshop, **_fields(wrong))) == (
        "cancel_minutes",
        "grace_minutes",
        "strike_days",
        "step_twice",
    )
    junk = (Step(strikes=0, within_days=1, days=1),)
    assert refusal(lambda: write_rules(lab, cast.workshop, ladder=junk)) == ("step",)


def _fields(rules: Rules) -> dict[str, object]:
    return {name: getattr(rules, name) for name in ("cancel_minutes", "grace_minutes", "strike_days", "ladder")}


def test_two_strikes_at_once_suspend_once_and_one_event_strikes_once(lab: Lab) -> None:
    cast = lab.cast
    written = at_once(lab.app, [lambda: write_rules(lab)] * 2)
    assert sorted(type(item).__name__ for item in written) == ["Conflict", "NoneType"]
    strike(lab, None, 1)

    at_once(lab.app, [lambda number=number: strike(lab, None, number) for number in (2, 3, 3)])

    assert len(suspended(lab)) == 1
    assert lab.session.query(Strike).filter_by(member_id=cast.maker).count() == 3


def appeal(lab: Lab, who: int, **card: object) -> int:
    with transaction() as session:
        values = {"text": "J’étais là.", **card}
        return appeals.appeal(session, lab.actor(who), AppealCard(**values), NOW).id  # type: ignore[arg-type]


def answer(lab: Lab, who: int, appeal_id: int, granted: bool, text: str = "Vu.") -> None:
    with transaction() as session:
        appeals.answer(session, lab.actor(who), appeal_id, Answer(granted, text), NOW)


def test_an_appeal_goes_to_somebody_who_had_no_part_and_granting_it_undoes(lab: Lab) -> None:
    cast = lab.cast
    write_rules(lab, ladder=(Step(strikes=1, within_days=9, days=9),))
    strike_id = strike(lab, cast.fabmanager, 1)
    with transaction() as session:
        session.add(Guardianship(guardian_id=cast.student, ward_id=cast.maker, began_at=NOW))
    made = appeal(lab, cast.student, strike_id=strike_id)

    assert refusal(lambda: appeal(lab, cast.maker, strike_id=strike_id)) == ("open",)
    assert mails(lab, "appeal:") == ["admin@test.example"], "the fabmanager has struck"
    assert refusal(lambda: answer(lab, cast.fabmanager, made, True)) == ("own",)
    assert refusal(lambda: answer(lab, cast.admin, made, True, " ")) == ("text",)
    for who, error in ((cast.newcomer, NotFound), (cast.trainer, Forbidden), (cast.treasurer, NotFound)):
        with pytest.raises(error):
            answer(lab, who, made, True)
    with transaction() as session:
        admin = lab.actor(cast.admin)
        assert [row.id for row in appeals.to_answer(session, admin)] == [made]
        assert appeals.to_answer(session, lab.actor(cast.fabmanager)) == []
    answer(lab, cast.admin, made, True)
    with pytest.raises(Conflict):
        answer(lab, cast.admin, made, False)
    assert queries.strike(lab.session, strike_id).withdrawn_by_id == cast.admin
    assert suspended(lab)[0].lifted_at == NOW
    assert sorted(mails(lab, "appeal-answered:")) == ["maker@test.example", "student@test.example"]


def test_an_appeal_that_is_not_granted_changes_nothing_and_who_is_alone_answers(lab: Lab) -> None:
    cast = lab.cast
    hold_id = place(lab, cast.admin)
    made = appeal(lab, cast.maker, hold_id=hold_id)

    answer(lab, cast.admin, made, False)

    assert queries.hold(lab.session, hold_id).lifted_at is None
    assert refusal(lambda: appeal(lab, cast.maker)) == ("one",)
    assert refusal(lambda: appeal(lab, cast.maker, hold_id=hold_id, text="")) == ("text",)
    for who, wrong in ((cast.student, {"hold_id": hold_id}), (cast.maker, {"strike_id": 999})):
        with pytest.raises(NotFound):
            appeal(lab, who, **wrong)
    again = appeal(lab, cast.maker, hold_id=hold_id)
    answer(lab, cast.admin, again, True)
    assert queries.hold(lab.session, hold_id).lifted_why == "Vu."
    assert refusal(lambda: appeal(lab, cast.maker, hold_id=hold_id)) == ("over",)


def test_two_appeals_and_two_answers_at_once_are_one_each(lab: Lab) -> None:
    cast = lab.cast
    hold_id = place(lab, None, site_id=cast.workshop)

    sent = at_once(lab.app, [lambda: appeal(lab, cast.maker, hold_id=hold_id)] * 2)
    (made,) = [item for item in sent if isinstance(item, int)]
    answers = at_once(lab.app, [lambda who=who: answer(lab, who, made, True) for who in (cast.admin, cast.fabmanager)])

    assert [item.codes for item in sent if isinstance(item, Refused)] == [("open",)]
    assert sorted(type(item).__name__ for item in answers) == ["Conflict", "NoneType"]
