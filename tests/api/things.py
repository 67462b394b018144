"""One thing of each kind at a site, for tests that ask who may do what with it."""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import Image
from sqlalchemy.orm import Session

from fablab.booking.feeds import making as feeds
from fablab.booking.models import DrawEntry, FeedKind, HandOver, Offer, Outcome, ReservationFee, Wait
from fablab.booking.policy import writing as rules
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.booking.services import Wish, book
from fablab.booking.several import series
from fablab.booking.several.pattern import Pattern
from fablab.booking.several.series import SeriesWish
from fablab.catalog import categories, links, maintenance, papers, problems
from fablab.catalog.categories import CategoryCard, FieldCard
from fablab.catalog.maintenance import PlanCard
from fablab.catalog.models import CategoryKind, Resource
from fablab.catalog.papers import Paper
from fablab.catalog.services import ResourceCard, add_resource
from fablab.core.actor import Actor
from fablab.core.db import transaction
from fablab.impact import funders, paths
from fablab.impact.codes import Stage
from fablab.impact.funders import FunderCard
from fablab.impact.paths import StepCard
from fablab.members import accesses, badges, charters, class_cards, consents, guardians, identities, proofs, signins
from fablab.members import queries as members
from fablab.members import services as people
from fablab.members.class_cards import ClassCard
from fablab.members.conduct import appeals, holds, strikes
from fablab.members.conduct.appeals import AppealCard
from fablab.members.conduct.holds import HoldCard
from fablab.members.conduct.strikes import StrikeCard
from fablab.members.memberships import changing, kinds, selling
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.memberships.rules import Days
from fablab.members.memberships.selling import Sale
from fablab.members.models import HoldKind, StrikeKind
from fablab.members.organisations import inviting, projects
from fablab.members.organisations.projects import ProjectCard
from fablab.presence import services as presence
from fablab.presence import terminals
from fablab.presence.services import Coming
from fablab.shifts import plan, services
from fablab.shifts.plan import ShiftCard
from fablab.sites import exceptions, levels, places, timetabling
from fablab.sites.exceptions import ExceptionCard
from fablab.sites.models import ExceptionKind
from fablab.sites.timetabling import SeasonCard
from tests.cast import Cast
from tests.conftest import Lab, hours_from


def things_at(lab: Lab, site_id: int) -> dict[str, int]:
    """The ids of one thing of each kind at that site; the reservation, an appointment, is the maker's."""
    cast, now = lab.cast, datetime.now(UTC)
    monday = _monday()
    with transaction() as session:
        admin = lab.actor(cast.admin)
        advice = categories.add_category(session, admin, CategoryCard(name="Conseil", kind=CategoryKind.ADVISER)).id
        field_id = categories.add_field(session, admin, advice, FieldCard(name="Thème"), 1).id
        one, other = (
            add_resource(session, admin, ResourceCard(name=name, category_id=advice, site_id=site_id), now).id
            for name in ("Conseil juridique", "Bureau du conseil")
        )
        levels.add_level(session, admin, 3, "Clés")
        table = timetabling.add_timetable(session, admin, site_id, "Bruyant")
        summer = SeasonCard(openings=(), first_on=monday.date(), last_on=monday.date())
        season_id = timetabling.write_season(session, admin, table.id, None, summer, table.version).id
        closure = ExceptionCard(
            kind=ExceptionKind.OPEN, first_on=monday.date(), last_on=monday.date(), opens=1200, closes=1260, reason="x"
        )
        report = problems.Report(site_id=site_id, text="Il fait froid.", photo=picture())
        shift = ShiftCard(period=hours_from(monday, 2), minimum=1)
        shift_id = plan.add_shift(session, admin, site_id, shift, now).id
        wish = Wish(resource_id=one, period=hours_from(monday, 1), member_id=cast.maker)
        reservation_id = book(session, lab.actor(cast.maker), wish, now).id
        series_id = _series(session, lab, one, monday, now)
        member = members.member(session, cast.newcomer)
        member.home_site_id = site_id
        kind_id, membership_id, pause_id = _membership(session, admin, site_id, now, cast)
        proven = class_cards.add(session, admin, ClassCard(name="Demandeur d’emploi", needs_proof=True)).id
        proof_id = proofs.send(session, admin, member.id, proven, picture(), "carte.png", now).id
        session.add(Outcome(reservation_id=reservation_id, came=True, noted_at=now, noted_by_id=cast.admin))
        settled = {"settle_at": now, "settled_at": now, "created_at": now}
        session.add(
            ReservationFee(
                reservation_id=reservation_id, act="missed", cents=500, cents_if_taken=500, due_cents=500, **settled
            )
        )
        hold = HoldCard(member_id=cast.newcomer, kind=HoldKind.OTHER, reason="x", site_id=site_id)
        strike = StrikeCard(member_id=cast.newcomer, kind=StrikeKind.CONDUCT, reason="x", site_id=site_id)
        strike_id = strikes.strike(session, admin, strike, now).id
        appeal = AppealCard(text="x", strike_id=strike_id)
        return {
            "site_id": site_id,
            "resource_id": one,
            "category_id": advice,
            "field_id": field_id,
            "rank": 3,
            "member_id": cast.newcomer,
            "guardian_id": cast.trainer,
            "guardianship_id": guardians.appoint(session, admin, cast.trainer, cast.newcomer, now).id,
            "charter_id": charters.publish(session, admin, site_id, "Charte", "Ranger.", monday.date(), now).id,
            "kind_id": kind_id,
            "membership_id": membership_id,
            "pause_id": pause_id,
            "person_id": cast.newcomer,
            "class_id": proven,
            "proof_id": proof_id,
            "sign_in_id": signins.open_sign_in(session, members.member(session, cast.maker), "password", "", now).id,
            "feed_id": feeds.make(session, lab.actor(cast.maker), FeedKind.MEMBER, now)[0].id,
            "identity_id": identities.link(
                session, cast.maker, identities.Claims(issuer="https://id.example", subject="1"), now
            ).id,
            "access_id": accesses.give_access(session, admin, cast.newcomer, 3, now, site_id=site_id).id,
            "badge_id": badges.give_badge(session, admin, cast.newcomer, "04A15F7790", now).id,
            "arrival_id": presence.arrive(session, admin, Coming(site_id=site_id, member_id=cast.newcomer), now).id,
            "terminal_id": terminals.add_terminal(session, admin, site_id, "Entrée", now)[0].id,
            "entry_id": 1,
            "funder_id": funders.add_funder(session, admin, FunderCard(name="Région"), now).id,
            "step_id": paths.add_step(
                session, admin, cast.newcomer, StepCard(stage=Stage.RECEIVED, day=now.date(), site_id=site_id), now
            ).id,
            "entity_id": cast.entity,
            "rule_id": 1,
            "booking_rule_id": rules.add(session, admin, RuleCard(kind="review", scope=Scope(site_id=site_id)), now).id,
            "room_id": places.add_room(session, admin, site_id, "Salle B").id,
            "timetable_id": table.id,
            "season_id": season_id,
            "exception_id": exceptions.add_exception(session, admin, site_id, closure, now).id,
            "paper_id": papers.add_paper(session, admin, one, Paper("Notice"), picture(), "notice.jpg", now).id,
            "link_id": links.add_link(session, admin, one, other, None).id,
            "plan_id": maintenance.add_plan(session, admin, one, PlanCard(title="Graisser", every_days=30), now).id,
            "problem_id": problems.report(session, cast.newcomer, report, now).id,
            "shift_id": shift_id,
            "consent_id": consents.add(session, admin, "Lettre", "Nouvelles du lab.", now).id,
            "duty_id": services.take(session, lab.actor(cast.trainer), shift_id, now).id,
            "reservation_id": reservation_id,
            "series_id": series_id,
            **_account(session, lab, now),
            **_line(session, cast, one, reservation_id, now),
            "hold_id": holds.place_hold(session, admin, hold, now).id,
            "strike_id": strike_id,
            "appeal_id": appeals.appeal(session, lab.actor(cast.newcomer), appeal, now).id,
        }


def _line(session: Session, cast: Cast, resource_id: int, reservation_id: int, now: datetime) -> dict[str, int]:
    """The maker waits, and is offered something that ran out; they hand their reservation to the treasurer."""
    week = hours_from(now, 168)
    wait = Wait(
        member_id=cast.maker,
        resource_id=resource_id,
        from_at=week.start,
        to_at=week.end,
        minutes=60,
        joined_at=now,
        joined_by_id=cast.maker,
    )
    session.add(wait)
    session.flush()
    ago = now - timedelta(minutes=30)
    offer = Offer(wait_id=wait.id, resource_id=resource_id, starts_at=now, ends_at=week.end, made_at=ago, until=now)
    given = HandOver(
        reservation_id=reservation_id, from_id=cast.maker, to_id=cast.treasurer, offered_at=now, until=week.end
    )
    session.add_all([offer, given])
    session.flush()
    entry = DrawEntry(
        member_id=wait.member_id,
        resource_id=resource_id,
        site_id=session.get_one(Resource, resource_id).site_id,
        starts_at=now,
        ends_at=week.end,
        draws_at=ago,
        wins=1,
        entered_at=ago,
        entered_by_id=wait.member_id,
    )
    session.add(entry)
    session.flush()
    return {"entry_id": entry.id, "wait_id": wait.id, "offer_id": offer.id, "hand_over_id": given.id}


def _account(session: Session, lab: Lab, now: datetime) -> dict[str, int]:
    """An organisation that the maker owns, and the newcomer is in."""
    maker = lab.actor(lab.cast.maker)
    account = people.add_organisation(session, "Coopérative", members.member(session, maker.member_id), now)
    _used, secret = inviting.invite(session, maker, account.id, "", now)
    inviting.accept(session, lab.actor(lab.cast.newcomer), secret, now)
    project = projects.add(session, maker, account.id, ProjectCard(name="Vélo cargo"), now)
    other, _secret = inviting.invite(session, maker, account.id, "", now)
    return {"account_id": account.id, "project_id": project.id, "invitation_id": other.id}


def _membership(session: Session, admin: Actor, site_id: int, now: datetime, cast: Cast) -> tuple[int, int, int]:
    """A kind of the site, the newcomer's membership of it, and its pause."""
    card = KindCard(name="Adhésion du site", legal_entity_id=cast.entity, site_id=site_id)
    kind_id = kinds.add_kind(session, admin, card, now).id
    price = MembershipPriceCard(class_id=None, valid_from=date(2020, 1, 1), amount_cents=1000)
    kinds.add_price(session, admin, kind_id, price, now)
    sold = selling.sell(session, admin, Sale(kind_id=kind_id, holder_id=cast.newcomer), now)
    days = Days(sold.first_on, sold.first_on + timedelta(days=3))
    return kind_id, sold.id, changing.pause(session, admin, sold.id, days, "Congé", now).id


def _series(session: Session, lab: Lab, resource_id: int, monday: datetime, now: datetime) -> int:
    """The maker's series of two afternoons."""
    pattern = Pattern(first_on=monday.date(), starts=time(15), minutes=60, times=2)
    wish = Wish(resource_id=resource_id, period=hours_from(monday, 1), member_id=lab.cast.maker)
    return series.book(session, lab.actor(lab.cast.maker), SeriesWish(wish=wish, pattern=pattern), now).id


def picture() -> bytes:
    """A small picture."""
    written = BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, "PNG")
    return written.getvalue()


def _monday() -> datetime:
    """Eleven o'clock on a Monday that lies ahead, when both sites are open."""
    day = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=2)
    day += timedelta(days=-day.weekday() % 7)
    return day.replace(hour=11, minute=0, second=0, microsecond=0).astimezone(UTC)
