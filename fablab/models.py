"""Every row of the house, imported in one place: for migrations, which must know them all."""

from fablab.billing import models as billing
from fablab.booking import models as booking
from fablab.catalog import models as catalog
from fablab.core import audit, files, heartbeat, outbox, retention, seldom
from fablab.impact import models as impact
from fablab.members import models as members
from fablab.notices import models as notices
from fablab.presence import models as presence
from fablab.shifts import models as shifts
from fablab.sites import models as sites
from fablab.training import models as training
from fablab.usage import models as usage

__all__ = [
    "audit",
    "billing",
    "booking",
    "catalog",
    "files",
    "heartbeat",
    "impact",
    "members",
    "notices",
    "outbox",
    "presence",
    "retention",
    "seldom",
    "shifts",
    "sites",
    "training",
    "usage",
]
