"""What a table of resources brings."""

from pydantic import BaseModel, ConfigDict


class TableQuery(BaseModel):
    """Whether to look only, and whether lines that cannot be taken are passed over."""

    model_config = ConfigDict(extra="forbid")
    dry_run: bool = False
    skip_bad_lines: bool = False


class TroubleOut(BaseModel):
    """Why a line cannot be taken."""

    line: int
    message: str


class TableOut(BaseModel):
    """What a table brought, or would bring; `written` tells which."""

    written: bool
    added: int
    changed: int
    unchanged: int
    bad_lines: int
    troubles: list[TroubleOut]
