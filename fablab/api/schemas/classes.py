"""Classes of members, and proofs of them."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fablab.api.schemas.memberships import Count, Reason
from fablab.api.schemas.sites import Line
from fablab.api.schemas.values import Id, IdInBody, InstantIO


class ClassPath(BaseModel):
    """A class of members by its id."""

    class_id: Id


class ProofPath(BaseModel):
    """A proof of a class by its id."""

    proof_id: Id


class ClassIn(BaseModel):
    """A class of members."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=80)]
    needs_proof: bool = False
    proof_note: Annotated[str, Field(max_length=1000)] = ""
    proof_months: Count = 12
    is_default: bool = False
    position: Count = 0


class ClassPatch(BaseModel):
    """What shall be another; `version` is that of the class as it was read."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    name: Annotated[str, Field(max_length=80)] | None = None
    needs_proof: bool | None = None
    proof_note: Annotated[str, Field(max_length=1000)] | None = None
    proof_months: Count | None = None
    is_default: bool | None = None
    position: Count | None = None
    closed: bool | None = None
    """Nobody is put into it any more."""


class ClassOut(BaseModel):
    """A class of members, which decides prices."""

    id: int
    name: str
    needs_proof: bool
    proof_note: str
    proof_months: int
    is_default: bool
    position: int
    closed_at: InstantIO | None
    version: int


class ClassList(BaseModel):
    """The classes, in their order."""

    items: list[ClassOut]
    next: int | None = None


class MemberClassIn(BaseModel):
    """A class for somebody, and why; one that needs a proof until a day, since it was seen on paper."""

    model_config = ConfigDict(extra="forbid")
    class_id: IdInBody
    reason: Reason
    until: date | None = None


class MemberClassOut(BaseModel):
    """The class that holds for somebody today, and their own, which holds where no proof of another does."""

    member_id: int
    class_id: int
    own_class_id: int


class ProofQuery(BaseModel):
    """The class that a document shows somebody to be of, and the document’s name."""

    model_config = ConfigDict(extra="forbid")
    class_id: Id
    name: Line = "proof"


class DecisionIn(BaseModel):
    """Accepted until a day (by default as long as a proof of its class usually holds), or refused with a reason."""

    model_config = ConfigDict(extra="forbid")
    version: IdInBody
    accepted: bool
    until: date | None = None
    reason: Reason = ""


class ProofOut(BaseModel):
    """A proof of a class: waiting, accepted or refused; its document is at `/proofs/{id}/file`."""

    id: int
    member_id: int
    class_id: int
    has_file: bool
    sent_at: InstantIO
    state: str
    decided_at: InstantIO | None
    reason: str
    valid_from: date | None
    valid_until: date | None
    version: int


class ProofList(BaseModel):
    """Proofs: somebody's, the newest first; or those that wait, the oldest first."""

    items: list[ProofOut]
    next: int | None = None
