"""Members as a table: lines become cards of people who are there or new, through the checks of every card."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.core import audit
from fablab.core.i18n import _
from fablab.core.text import plain_of
from fablab.members import cards, classes, doubles, queries, services
from fablab.members.actor import Actor, Role
from fablab.members.cards import DeskCard, PersonCard
from fablab.members.doubles import Nearby, Trace
from fablab.members.models import Member, MemberClass
from fablab.members.transfer import finding
from fablab.members.transfer.cells import Reading
from fablab.members.transfer.finding import Finder
from fablab.members.transfer.outcome import Options, Outcome
from fablab.sites import queries as sites
from fablab.sites.models import Site

COLUMNS = (
    *("number", "name", "email", "shared_email", "phone", "birth_date", "locale", "languages"),
    *("emergency_contact", "class", "site", "staff_note"),
)
"""What goes out."""
KNOWN = (*COLUMNS, "first_name", "address")
"""What comes in; an address is written to the account of those who are new."""
LANGUAGES = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a line asks for: a card of somebody who is there, or of somebody new."""

    line: int
    member: Member | None
    person: PersonCard
    desk: DeskCard
    address: str = ""


@dataclass(slots=True, kw_only=True)
class Meaning:
    """What words in a table of people mean; each is looked up once."""

    actor: Actor
    options: Options
    finder: Finder
    classes: list[MemberClass]
    fallback: MemberClass
    sites: list[Site]
    nearby: Nearby
    strange: Counter[str] = field(default_factory=Counter)
    """Words that are no class here, and how many lines have them."""
    emails: dict[str, int] = field(default_factory=dict)
    """The addresses of the table so far, each with its line."""
    seen: dict[int, int] = field(default_factory=dict)
    """Who was meant so far, each with the line."""

    def of(self, session: Session, reading: Reading, now: datetime) -> Planned | None:
        """What a line asks for; None where something is wrong with it, which is noted."""
        member = self.finder.of(reading)
        if member is not None:
            self._check_member(reading, member)
        person, desk = self._person(reading, member), self._desk(reading, member)
        self._check_email(reading, person, member)
        changes_way_in = member is not None and person.email != member.email
        if member is not None and changes_way_in and not cards.may_decide_way_in(session, self.actor, member.id):
            reading.wrong("email", cards.way_in_of_staff().message)
        reasons = cards.reasons_but_addresses(session, person, desk, member, now)
        # Somebody who stays as they are may be of a class that nobody is put into any more.
        if member is None or cards.changes(member, person, desk):
            for reason in reasons:
                reading.wrong(_column_of(reason.code), reason.message)
        if member is None and not reading.troubles:
            self._check_double(reading, person)
        if reading.troubles:
            return None
        address = reading.lines("address", 500) if member is None else ""
        return Planned(line=reading.number, member=member, person=person, desk=desk, address=address)

    def _check_member(self, reading: Reading, member: Member) -> None:
        if not finding.looks_after(self.actor, member):
            finding.not_theirs(reading, member)
        first = self.seen.setdefault(member.id, reading.number)
        if first != reading.number:
            reading.wrong("", _("Line %(line)s means the same person, no. %(number)s.", line=first, number=member.id))

    def _check_email(self, reading: Reading, person: PersonCard, member: Member | None) -> None:
        if not person.email or (member is not None and person.email == member.email):
            return
        holder = self.finder.emails.get(person.email)
        if holder is not None and holder is not member:
            reading.wrong("email", _("Somebody already has the address %(email)s.", email=person.email[:80]))
        first = self.emails.setdefault(person.email, reading.number)
        if first != reading.number:
            text = _("Line %(line)s has this address too. One signs in with it; the others share it.", line=first)
            reading.wrong("email", text)

    def _check_double(self, reading: Reading, person: PersonCard) -> None:
        mails = frozenset(text for text in (person.email, person.shared_email) if text)
        # A line has no number of a member yet; below nothing nobody is confused with it.
        trace = Trace(-reading.number, plain_of(person.name), mails, person.birth_date)
        near = None if self.options.add_anyway else self.nearby.first_like(trace)
        self.nearby.put(trace)
        if near is None:
            return
        if near.id > 0:
            text = _(
                "This looks like no. %(number)s. If it is the same person write that number; else tick “Add anyway”.",
                number=near.id,
            )
        else:
            text = _("This looks like line %(line)s. Leave one out; else tick “Add anyway”.", line=-near.id)
        reading.wrong("name", text)

    def _person(self, reading: Reading, member: Member | None) -> PersonCard:
        present = card_of(member)[0] if member else PersonCard(name="")
        language = reading.text("locale")
        locale = LANGUAGES.get(plain_of(language), present.locale)
        if language and plain_of(language) not in LANGUAGES:
            reading.unknown("locale", language, ("fr", "en"))
        return replace(
            present,
            name=reading.full_name() or present.name,
            email=reading.email("email") or present.email,
            shared_email=reading.email("shared_email") or present.shared_email,
            phone=reading.text("phone", 60) or present.phone,
            birth_date=reading.day("birth_date") or present.birth_date,
            locale=locale,
            languages=reading.text("languages") or present.languages,
            emergency_contact=reading.lines("emergency_contact", 500) or present.emergency_contact,
        )

    def _desk(self, reading: Reading, member: Member | None) -> DeskCard:
        return DeskCard(
            class_id=self._class(reading, member),
            home_site_id=self._site(reading, member),
            staff_note=reading.lines("staff_note", 2000) or (member.staff_note if member else ""),
        )

    def _class(self, reading: Reading, member: Member | None) -> int:
        word = reading.text("class")
        present = member.class_id if member else self.fallback.id
        if not word:
            return present
        found = next((row for row in self.classes if plain_of(row.name) == plain_of(word)), None)
        if found is not None and (not self.options.foreign or (found.closed_at is None and not found.needs_proof)):
            return found.id
        if self.options.foreign or word in self.options.classes:
            # Somebody who is here already keeps their class unless another one was chosen for the word.
            self.strange[word] += 1
            return self.options.classes.get(word, present)
        reading.unknown("class", word, (row.name for row in self.classes if row.closed_at is None))
        return present

    def _site(self, reading: Reading, member: Member | None) -> int | None:
        own = [row for row in self.sites if self.actor.may_at_site(Role.FABMANAGER, row.id)]
        word = reading.text("site")
        if word:
            found = next((row for row in self.sites if plain_of(word) in (plain_of(row.name), row.slug)), None)
            if found is None:
                reading.unknown("site", word, (row.name for row in own))
            elif found not in own and (member is None or member.home_site_id != found.id):
                reading.wrong("site", _("The site “%(name)s” is not yours.", name=found.name))
            return found.id if found else None
        if member is not None:
            return member.home_site_id
        if self.options.site_id in {row.id for row in own}:
            return self.options.site_id
        if not self.actor.may_everywhere(Role.FABMANAGER):
            if len(own) != 1:
                reading.missing("site")
            return own[0].id if own else None
        return None


def card_of(member: Member) -> tuple[PersonCard, DeskCard]:
    """What is written of a person now."""
    person = PersonCard(**{name: getattr(member, name) for name in PersonCard.__slots__})
    return person, DeskCard(**{name: getattr(member, name) for name in DeskCard.__slots__})


def bring_in(
    session: Session, actor: Actor, readings: list[Reading], options: Options, now: datetime
) -> tuple[Outcome, dict[int, Member]]:
    """Write every line that can be taken, and tell of all others why not; whom each line meant as well.

    Raises:
        Forbidden: nowhere a fabmanager.
    """
    actor.needs_anywhere(Role.FABMANAGER)
    means = Meaning(
        actor=actor,
        options=options,
        finder=finding.finder(session, readings),
        classes=queries.classes(session),
        fallback=classes.fallback(session),
        sites=sites.sites(session),
        nearby=doubles.nearby(session),
    )
    planned = [plan for reading in readings if (plan := means.of(session, reading, now))]
    outcome = Outcome(troubles=[trouble for reading in readings for trouble in reading.troubles])
    outcome.strange_classes = dict(means.strange)
    return outcome, _write(session, actor, planned, outcome, now)


def _write(
    session: Session, actor: Actor, planned: list[Planned], outcome: Outcome, now: datetime
) -> dict[int, Member]:
    found: dict[int, Member] = {}
    changed, made, addresses = [], [], {}
    for plan in planned:
        if plan.member is None:
            person = Member(created_at=now, email=plan.person.email)
            cards.fill(person, plan.person, plan.desk)
            made.append(person)
            found[plan.line] = person
            addresses[plan.line] = plan.address
            continue
        found[plan.line] = plan.member
        if cards.changes(plan.member, plan.person, plan.desk):
            if plan.member.email != plan.person.email:
                services.end_links(session, plan.member.id, now)
            cards.rewrite(plan.member, plan.person, plan.desk, plan.person.email)
            changed.append(plan.member)
    services.add_checked(session, made, now)
    _write_addresses(session, {found[line].id: text for line, text in addresses.items() if text})
    details = {"import": True}
    for action, rows in (("member.added", made), ("member.edited", changed)):
        audit.note_all(session, actor.member_id, action, now, [(row.id, row.home_site_id, "") for row in rows], details)
    outcome.added, outcome.changed = len(made), len(changed)
    outcome.unchanged = len(planned) - len(made) - len(changed)
    return found


def _write_addresses(session: Session, addresses: Mapping[int, str]) -> None:
    """Where those who are new live goes to their own account."""
    for account in queries.personal_accounts(session, addresses):
        account.billing_address = addresses[account.owner_id or 0]
    session.flush()


def cells_of(member: Member, site_names: Mapping[int, str]) -> dict[str, str]:
    """A person as a line of the table."""
    return {
        **who(member),
        "shared_email": member.shared_email or "",
        "phone": member.phone,
        "locale": member.locale,
        "languages": member.languages,
        "emergency_contact": member.emergency_contact,
        "class": member.member_class.name,
        "site": site_names.get(member.home_site_id or 0, ""),
        "staff_note": member.staff_note,
    }


def who(member: Member) -> dict[str, str]:
    """The cells by which somebody is found again."""
    return {
        "number": str(member.id),
        "name": member.name,
        "email": member.email or "",
        "birth_date": member.birth_date.isoformat() if member.birth_date else "",
    }


def _column_of(code: str) -> str:
    return {"name_missing": "name", "birth_date": "birth_date"}.get(code, "class" if code.startswith("class") else "")
