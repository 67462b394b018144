"""The ground of every form: its messages speak the reader's language, its text has no surrounding spaces."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, PasswordField, StringField, TextAreaField
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length

from fablab.core.i18n import locale
from fablab.core.refusals import Refused


class LabForm(FlaskForm):  # type: ignore[misc]
    """A form of ours."""

    class Meta:
        """How it speaks."""

        def get_translations(self, form: Any) -> Any:
            return get_translations([locale()])

    def refuse(self, refused: Refused) -> None:
        """Show why the service refused, above the fields."""
        self.form_errors.extend(refused.messages)


def stripped(value: str | None) -> str | None:
    """Text without the spaces around it."""
    return value.strip() if value else value


def text_field(longest: int, *, needed: bool = False) -> Field:
    """A line of text."""
    return StringField(filters=[stripped], validators=[Length(max=longest), *([InputRequired()] if needed else [])])


def area_field(longest: int) -> Field:
    """Several lines of text."""
    return TextAreaField(filters=[stripped], validators=[Length(max=longest)])


def email_field() -> Field:
    """An address."""
    return EmailField(filters=[stripped], validators=[InputRequired(), Length(max=254)])


def password_field() -> Field:
    """A password; how long it must be is for the service to say."""
    return PasswordField(validators=[InputRequired(), Length(max=1000)])
