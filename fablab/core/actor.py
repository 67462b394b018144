"""Who is asking, and what their roles allow: plain values that services and screens share."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fablab.core.errors import Forbidden


class Role(StrEnum):
    """What a person may do beyond a member's own things, within a scope."""

    HOST = "host"
    TRAINER = "trainer"
    FABMANAGER = "fabmanager"
    TREASURER = "treasurer"
    ADMIN = "admin"


_COVERED_BY = {
    Role.HOST: {Role.HOST, Role.TRAINER, Role.FABMANAGER, Role.ADMIN},
    Role.TRAINER: {Role.TRAINER, Role.FABMANAGER, Role.ADMIN},
    Role.FABMANAGER: {Role.FABMANAGER, Role.ADMIN},
    Role.TREASURER: {Role.TREASURER, Role.ADMIN},
    Role.ADMIN: {Role.ADMIN},
}


def including(role: Role) -> set[Role]:
    """The roles that include this one, itself among them."""
    return _COVERED_BY[role]


@dataclass(frozen=True, slots=True)
class Grant:
    """One role and where it holds; both None means the whole network."""

    role: Role
    site_id: int | None = None
    legal_entity_id: int | None = None

    @property
    def of_network(self) -> bool:
        return self.site_id is None and self.legal_entity_id is None


@dataclass(frozen=True, slots=True)
class Actor:
    """The person on whose behalf something is asked."""

    member_id: int
    grants: tuple[Grant, ...] = ()

    def may_at_site(self, role: Role, site_id: int) -> bool:
        """Tell whether a role of theirs includes this one at that site."""
        return any(grant.of_network or grant.site_id == site_id for grant in self._covering(role))

    def may_for_entity(self, role: Role, entity_id: int) -> bool:
        """Tell whether a role of theirs includes this one for that legal entity."""
        return any(grant.of_network or grant.legal_entity_id == entity_id for grant in self._covering(role))

    def may_anywhere(self, role: Role) -> bool:
        """Tell whether a role of theirs includes this one in any scope at all."""
        return any(True for _ in self._covering(role))

    def may_everywhere(self, role: Role) -> bool:
        """Tell whether a role of theirs includes this one in the whole network."""
        return any(grant.of_network for grant in self._covering(role))

    def needs_at_site(self, role: Role, site_id: int) -> None:
        """Raises Forbidden unless `may_at_site`."""
        if not self.may_at_site(role, site_id):
            raise Forbidden(f"{role} at site {site_id}")

    def needs_for_entity(self, role: Role, entity_id: int) -> None:
        """Raises Forbidden unless `may_for_entity`."""
        if not self.may_for_entity(role, entity_id):
            raise Forbidden(f"{role} for legal entity {entity_id}")

    def needs_anywhere(self, role: Role) -> None:
        """Raises Forbidden unless `may_anywhere`."""
        if not self.may_anywhere(role):
            raise Forbidden(role)

    def needs_everywhere(self, role: Role) -> None:
        """Raises Forbidden unless `may_everywhere`."""
        if not self.may_everywhere(role):
            raise Forbidden(f"{role} of the network")

    @property
    def is_staff(self) -> bool:
        """Staff see the names of those who booked."""
        return bool(self.grants)

    def sites_of(self, role: Role, all_sites: Iterable[int]) -> list[int]:
        """Those of the sites where they may."""
        return [site_id for site_id in all_sites if self.may_at_site(role, site_id)]

    def named_sites(self, role: Role) -> set[int]:
        """The sites that a role of theirs which includes this one names; one of the whole network names none."""
        return {grant.site_id for grant in self._covering(role) if grant.site_id is not None}

    def _covering(self, role: Role) -> list[Grant]:
        return [grant for grant in self.grants if grant.role in _COVERED_BY[role]]
