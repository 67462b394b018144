"""Routes about several reservations in one go: weekly series, and several resources at one time."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.errors import refusal
from fablab.api.reservations import shown, shown_slot, wish_for
from fablab.api.schemas import IdempotencyHeader, Problem, ReservationPath
from fablab.api.schemas.reservations import ReservationIn
from fablab.api.schemas.several import (
    CancelQuery,
    RestQuery,
    SeriesIn,
    SeriesOut,
    SeriesPatch,
    SeriesPath,
    StepList,
    StepOut,
    TogetherIn,
    TogetherOut,
    TogetherPatch,
)
from fablab.booking.moving import Change
from fablab.booking.several import changing, queries, series, together
from fablab.booking.several.changing import Wanted, Which
from fablab.booking.several.pattern import Pattern, Shift
from fablab.booking.several.series import SeriesWish
from fablab.booking.several.steps import Step
from fablab.booking.several.together import TogetherWish
from fablab.catalog import queries as catalog
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.period import Period
from fablab.core.refusals import Refused
from fablab.core.text import line_of

TAGS = [Tag(name="several reservations", description="Weekly series, and several resources at one time")]
PER_RESERVATION = {"resource_id", "start", "end", "passes_first"}


@api.post(
    "/reservations/series",
    tags=TAGS,
    summary="Repeat weekly",
    responses={200: StepList, 201: SeriesOut, **WRITES},
)
def reserve_series(body: SeriesIn, header: IdempotencyHeader) -> Response:
    """Reserve every so many weeks: all times or none, or as far as can be had where `rest` says so."""
    asked, now = _series_wish(body, header.idempotency_key), clock.now()
    with transaction() as session:
        if body.dry_run:
            return _steps(series.preview(session, actor(), asked, now))
        made = series.book(session, actor(), asked, now).id
    return answer(_series(made), 201)


@api.get("/reservation-series/<int:series_id>", tags=TAGS, summary="A series", responses={200: SeriesOut})
def reservation_series(path: SeriesPath) -> Response:
    """How it was asked for, and what became of each time: for its member and staff of the site."""
    return answer(_series(path.series_id))


@api.patch(
    "/reservation-series/<int:series_id>", tags=TAGS, summary="Move several", responses={200: StepList, **WRITES}
)
def move_series(path: SeriesPath, body: SeriesPatch) -> Response:
    """Move one, it and the following, or all to come; each under the rules of moving it by itself."""
    which = Which(scope=body.scope, reservation_id=body.reservation_id, version=body.version)
    shift = Shift(days=body.shift_days, minutes=body.shift_minutes, longer=body.longer_minutes)
    wanted = Wanted(shift=shift, resource_id=body.resource_id, reason=line_of(body.reason), rest=body.rest)
    act = changing.preview_change if body.dry_run else changing.change
    with transaction() as session:
        return _steps(act(session, actor(), path.series_id, which, wanted, clock.now()))


@api.delete(
    "/reservation-series/<int:series_id>", tags=TAGS, summary="Cancel several", responses={200: StepList, 409: Problem}
)
def cancel_series(path: SeriesPath, query: CancelQuery) -> Response:
    """Give one back, it and the following, or all to come; each on the terms of giving it back by itself."""
    which, now = Which(scope=query.scope, reservation_id=query.reservation_id), clock.now()
    with transaction() as session:
        if query.dry_run:
            return _steps(changing.preview_cancel(session, actor(), path.series_id, which, now))
        return _steps(changing.cancel(session, actor(), path.series_id, which, now, **_agreed(query)))


@api.post(
    "/reservations/together",
    tags=TAGS,
    summary="Reserve several at one time",
    responses={200: StepList, 201: TogetherOut, **WRITES},
)
def reserve_together(body: TogetherIn, header: IdempotencyHeader) -> Response:
    """Reserve all of these resources, or none and hear every reason why not, each with its resource's name."""
    first = ReservationIn(resource_id=min(body.resource_ids, default=1), start=body.start, end=body.end, **_had(body))
    wish = TogetherWish(wish=wish_for(first, header.idempotency_key), resource_ids=frozenset(body.resource_ids))
    with transaction() as session:
        if body.dry_run:
            return _steps(together.preview(session, actor(), wish, clock.now()))
        made = together.book(session, actor(), wish, clock.now())[0].id
    return answer(_group(made), 201)


@api.patch(
    "/reservations/together/<int:reservation_id>",
    tags=TAGS,
    summary="Move all that are together",
    responses={200: TogetherOut, **WRITES},
)
def move_together(path: ReservationPath, body: TogetherPatch) -> Response:
    """Give a reservation, and all that were made together with it, another time."""
    if body.start >= body.end:
        raise Refused.because("ends_before_start", _("A reservation ends after it starts."))
    wanted = Change(period=Period(body.start, body.end), reason=line_of(body.reason), version=body.version)
    with transaction() as session:
        changing.change_together(session, actor(), path.reservation_id, wanted, clock.now(), rest=body.rest)
    return answer(_group(path.reservation_id))


@api.delete(
    "/reservations/together/<int:reservation_id>",
    tags=TAGS,
    summary="Cancel all that are together",
    responses={200: TogetherOut},
)
def cancel_together(path: ReservationPath, query: RestQuery) -> Response:
    """Give back a reservation and all that were made together with it."""
    with transaction() as session:
        changing.cancel_together(session, actor(), path.reservation_id, clock.now(), **_agreed(query))
    return answer(_group(path.reservation_id))


def _series_wish(body: SeriesIn, request_key: str | None) -> SeriesWish:
    pattern = Pattern(
        first_on=body.first_on,
        starts=time.fromisoformat(body.starts),
        minutes=body.minutes,
        every_weeks=body.every_weeks,
        times=body.times,
        until_on=body.until,
    )
    around = pattern.around_first(catalog.resource(db.session(), body.resource_id).site.zone)
    first = ReservationIn(resource_id=body.resource_id, start=around.start, end=around.end, **_had(body))
    days = frozenset(body.days) if body.days is not None else None
    return SeriesWish(wish=wish_for(first, request_key), pattern=pattern, days=days, rest=body.rest)


def _had(body: SeriesIn | TogetherIn) -> dict[str, object]:
    names = set(ReservationIn.model_fields) - PER_RESERVATION
    return {name: getattr(body, name) for name in names}


def _agreed(query: CancelQuery | RestQuery) -> Any:
    return {"rest": query.rest, "agreed_cents": query.agreed_cents}


def _series(series_id: int) -> SeriesOut:
    row = queries.series_seen_by(db.session(), actor(), series_id)
    return SeriesOut(
        id=row.id,
        resource_id=row.resource_id,
        resource=row.resource.name,
        member_id=row.member_id,
        member=row.member.name,
        nature=row.nature,
        first_on=row.first_on,
        starts=f"{series.pattern_of(row).starts:%H:%M}",
        minutes=row.minutes,
        every_weeks=row.every_weeks,
        times=row.times,
        until=row.until_on,
        version=row.version,
        reservations=[shown(item) for item in queries.reservations_of(db.session(), actor(), series_id)],
    )


def _group(reservation_id: int) -> TogetherOut:
    return TogetherOut(items=[shown(row) for row in queries.together_with(db.session(), actor(), reservation_id)])


def _steps(found: Iterable[Step]) -> Response:
    return answer(StepList(items=[_step(item) for item in found]))


def _step(item: Step) -> StepOut:
    return StepOut(
        day=item.day,
        resource_id=item.resource_id,
        resource=item.name,
        start=item.period.start if item.period else None,
        end=item.period.end if item.period else None,
        may=not item.reasons,
        reservation_id=item.reservation_id,
        is_struck=item.told.is_struck,
        costs_cents=item.told.cost.cents,
        refusals=[refusal(reason) for reason in item.reasons],
        would_work=[shown_slot(slot) for slot in item.slots],
    )
