"""What was used and invoiced, as a member's program reads it; another member's is not there for it."""

from io import BytesIO

from pypdf import PdfReader

from tests.billing.months import close, use
from tests.conftest import Lab

MARCH = {"from": "2026-03-01T00:00:00+01:00", "to": "2026-04-01T00:00:00+02:00"}


def test_a_use_tells_its_minutes_and_what_they_cost(lab: Lab) -> None:
    use(lab, lab.cast.maker, seconds=5400)

    found = lab.client().get("/api/v1/usage", query_string=MARCH, headers=lab.token(lab.cast.maker)).json["items"]

    assert [(row["seconds"], row["minutes"], row["outcome"], row["waits_for"]) for row in found] == [
        (5400, 90.0, "done", None)
    ]
    assert found[0]["amount"] == {"cents": 450, "price_cents": 300, "per_seconds": 3600, "gross": True}


def test_ones_invoice_is_listed_and_its_pdf_says_the_same_at_each_call(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    close(lab)
    client, headers = lab.client(), lab.token(lab.cast.maker)

    listed = client.get("/api/v1/invoices", headers=headers).json["items"]
    first, again = (client.get(listed[0]["pdf"], headers=headers) for _ in range(2))

    assert [(row["month"], row["net_cents"], row["vat_cents"], row["gross_cents"]) for row in listed] == [
        ("2026-03", 250, 50, 300)
    ]
    assert first.mimetype == "application/pdf"
    assert first.data == again.data
    assert listed[0]["number"] in PdfReader(BytesIO(first.data)).pages[0].extract_text()


def test_anothers_use_and_invoice_are_not_there(lab: Lab) -> None:
    use(lab, lab.cast.maker)
    invoice = close(lab)[0]
    client = lab.client()

    for who in (lab.cast.student, lab.cast.newcomer, lab.cast.trainer, lab.cast.fabmanager):
        headers = lab.token(who)
        assert client.get("/api/v1/usage", query_string=MARCH, headers=headers).json["items"] == []
        assert client.get("/api/v1/invoices", headers=headers).json["items"] == []
        assert client.get(f"/api/v1/invoices/{invoice}.pdf", headers=headers).status_code == 404
    for who in (lab.cast.maker, lab.cast.treasurer, lab.cast.admin):
        assert client.get(f"/api/v1/invoices/{invoice}.pdf", headers=lab.token(who)).status_code == 200
