"""Numbers under which France's registers know an enterprise and its places, with their check digits."""

from stdnum.fr import siren as sirens
from stdnum.fr import siret as sirets

from fablab.core.i18n import _
from fablab.core.refusals import Refusal
from fablab.core.text import line_of


def siren_and_siret(siren: str, siret: str) -> tuple[str, str]:
    """Both without blanks, as they are kept; a SIRET brings its SIREN along. Empty for none."""
    place = sirets.compact(line_of(siret))
    return sirens.compact(line_of(siren)) or place[:9], place


def reasons_against(siren: str, siret: str) -> list[Refusal]:
    """What is wrong with the numbers, as people typed them: each has a check digit, and they contain each other."""
    enterprise, place = siren_and_siret(siren, siret)
    reasons = []
    if enterprise and not sirens.is_valid(enterprise):
        text = _("“%(text)s” is not a SIREN: nine digits, of which the last checks the others.", text=siren[:40])
        reasons.append(Refusal("siren", text))
    if place and not sirets.is_valid(place):
        text = _("“%(text)s” is not a SIRET: fourteen digits, of which the last checks the others.", text=siret[:40])
        reasons.append(Refusal("siret", text))
    elif place and line_of(siren) and not place.startswith(enterprise):
        reasons.append(Refusal("siret_of_another", _("The SIRET begins with another SIREN than the one above it.")))
    return reasons
