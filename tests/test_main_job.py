"""The main job from end to end, with nothing faked: a real OctoPrint, real processes, real HTTP, a real database.

A fabmanager connects a printer, a trainer validates a member, the member reserves and prints, the worker meters (and
is killed in mid-print), the minutes become a charge, the month an invoice.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from pypdf import PdfReader

from fablab.core.db import db
from fablab.core.money import rounded
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.support.octoprint import LONG_PRINT, RealOctoPrint
from tests.support.processes import LabProcesses, lab_processes
from tests.support.visitor import Visitor

POLL_SECONDS = 1.0
PRICE_CENTS_PER_HOUR = 300


def visitor(processes: LabProcesses, who: str) -> Visitor:
    person = Visitor(processes.url)
    person.sign_in(f"{who}@test.example", PASSWORD)
    return person


class Caller:
    """A member's program, with a token of theirs."""

    def __init__(self, processes: LabProcesses, headers: dict[str, str]) -> None:
        self._base, self._headers = f"{processes.url}/api/v1", headers

    def get(self, path: str, **query: str) -> Any:
        answer = requests.get(f"{self._base}/{path}", params=query, headers=self._headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pdf(self, path: str) -> bytes:
        return requests.get(f"{self._base}/{path}", headers=self._headers, timeout=30).content

    def uses(self) -> list[dict[str, Any]]:
        now = datetime.now(UTC)
        window = {"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=1)).isoformat()}
        found: list[dict[str, Any]] = self.get("usage", **window)["items"]
        return found


def add_printer(boss: Visitor, lab: Lab, printer: RealOctoPrint) -> int:
    """The fabmanager adds the printer, and first mistypes its key."""
    boss.open(f"/machines/new?category={lab.cast.printers}")
    boss.submit(
        "/machines/new", name="OctoPrint à essayer", category_id=str(lab.cast.printers), site_id=str(lab.cast.workshop)
    )
    assert "/edit" in boss.url, boss.text
    machine_id = int(boss.url.split("/machines/")[1].split("/")[0])
    boss.submit("/connection", kind="octoprint", url=printer.url, key="WRONG-KEY")
    assert "refuses the API key" in boss.text
    boss.submit("/connection", kind="octoprint", url=printer.url, key=printer.read_key)
    assert "Connected" in boss.text, boss.text
    assert printer.read_key not in boss.text
    return machine_id


@pytest.mark.story
@pytest.mark.octoprint
def test_the_main_job_from_reservation_to_invoice(lab: Lab, tmp_path: Path) -> None:
    caller_headers = lab.token(lab.cast.newcomer)
    config = lab.app.config["FABLAB"]
    db.session.remove()
    settings = {"poll_seconds": str(POLL_SECONDS), "smtp_url": f"folder://{tmp_path}/mails"}
    with RealOctoPrint() as printer, lab_processes(config, tmp_path, **settings) as processes:
        processes.start_server()
        processes.start_worker()
        member = visitor(processes, "newcomer")
        caller = Caller(processes, caller_headers)

        # A fabmanager adds the printer and sees that it is connected.
        machine_id = add_printer(visitor(processes, "fabmanager"), lab, printer)
        code = caller.get(f"resources/{machine_id}")["code"]
        processes.wait_for(
            lambda: (caller.get(f"resources/{machine_id}")["live"] or {}).get("condition") == "idle",
            20,
            "the worker has read the printer",
        )

        # Without the certificate the reservation is refused, with the reason.
        member.open(f"/m/{code}/book?start=now&minutes=30")
        member.submit(f"/m/{code}/book", start="now", minutes="30")
        assert member.status == 422
        assert "You need the certificate “Impression 3D”" in member.text

        # A trainer validates it; now the member reserves from now on.
        trainer = visitor(processes, "trainer")
        trainer.open(f"/training/{lab.cast.newcomer}")
        trainer.submit("/validate", course_id=str(lab.cast.printing))
        assert "Validated" in trainer.text
        member.open(f"/m/{code}/book?start=now&minutes=30")
        member.submit(f"/m/{code}/book", start="now", minutes="30")
        assert (member.status, "Reserved" in member.text) == (200, True), member.text

        # The member prints; the worker finds the job, matches it to the reservation, and follows it.
        name = printer.upload_and_print(LONG_PRINT)
        processes.wait_for(lambda: bool(caller.uses()), 60, "the worker has found the job")
        use = caller.uses()[0]
        assert use["reservation_id"] is not None
        assert use["file_name"] == name
        processes.wait_for(lambda: caller.uses()[0]["seconds"] >= 5, 60, "the worker follows the progress")
        member.open(f"/m/{code}")
        assert "Printing" in member.text

        # The worker is killed in mid-print and started again.
        processes.kill_worker()
        seen = caller.uses()[0]["seconds"]
        printer.wait_for(lambda: printer.job()["progress"]["printTime"] > seen + 4, 60)
        processes.start_worker()
        printer.wait_for(lambda: printer.state() == "Operational", 90)
        processes.wait_for(lambda: caller.uses()[0]["end"] is not None, 60, "the worker has seen the job end")

        # Same job, same minutes: what OctoPrint itself says that it printed.
        uses = caller.uses()
        assert [row["id"] for row in uses] == [use["id"]]
        truth = printer.file(name)["prints"]["last"]["printTime"]
        assert abs(uses[0]["seconds"] - truth) <= POLL_SECONDS
        assert uses[0]["outcome"] == "done"

        # The charge is minutes × the price in force.
        amount = uses[0]["amount"]
        assert (amount["price_cents"], amount["per_seconds"]) == (PRICE_CENTS_PER_HOUR, 3600)
        due = rounded(Fraction(uses[0]["seconds"] * PRICE_CENTS_PER_HOUR, 3600))
        assert amount["cents"] == due > 0

        # Closing the month issues an invoice with a number, a PDF and the right total; again, it changes nothing.
        began = datetime.fromisoformat(uses[0]["start"]).astimezone(ZoneInfo("Europe/Paris"))
        close_the_month(visitor(processes, "treasurer"), f"{began:%Y-%m}")
        invoices = caller.get("invoices")["items"]
        assert [invoice["gross_cents"] for invoice in invoices] == [due]
        assert invoices[0]["number"].endswith("-00001")
        pdf = caller.pdf(f"invoices/{invoices[0]['id']}.pdf")
        text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
        assert invoices[0]["number"] in text
        assert f"€{due // 100}.{due % 100:02d}" in text
        again = processes.run("invoices", "issue", f"{began:%Y-%m}", "--unfinished")
        assert "0 invoice(s) issued" in again
        assert caller.get("invoices")["items"] == invoices
        assert caller.pdf(f"invoices/{invoices[0]['id']}.pdf") == pdf

        # And the member has it by mail, with the PDF.
        attached = f"{invoices[0]['number']}.pdf".encode()
        processes.wait_for(
            lambda: any(attached in mail.read_bytes() for mail in (tmp_path / "mails").glob("*.eml")),
            20,
            "the invoice is sent",
        )


def close_the_month(treasurer: Visitor, month: str) -> None:
    treasurer.open(f"/billing?month={month}")
    assert treasurer.status == 200
    treasurer.submit("/billing/issue", unfinished="on")
    assert "1 invoice issued" in treasurer.text, treasurer.text
