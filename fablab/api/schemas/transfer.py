"""What a table brings."""

from pydantic import BaseModel, ConfigDict

from fablab.api.schemas.values import Id


class TableQuery(BaseModel):
    """Whether to look only, and whether lines that cannot be taken are passed over."""

    model_config = ConfigDict(extra="forbid")
    dry_run: bool = False
    skip_bad_lines: bool = False


class TroubleOut(BaseModel):
    """Why a line cannot be taken; `column` where it is one cell."""

    line: int
    message: str
    column: str = ""


class TableOut(BaseModel):
    """What a table brought, or would bring; `written` tells which."""

    written: bool
    added: int
    changed: int
    unchanged: int
    bad_lines: int
    troubles: list[TroubleOut]


class PeopleTableQuery(TableQuery):
    """The same for tables of people: `add_anyway` adds those who look like others; `site_id` looks after new people of
    whom the table names no site.
    """

    add_anyway: bool = False
    site_id: Id | None = None


class PeopleTableOut(TableOut):
    """The same for tables of people; `remarks` tell once what concerns the whole, `strange_classes` how many lines
    name what is no class here.
    """

    remarks: list[str]
    strange_classes: dict[str, int]
