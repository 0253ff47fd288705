"""A warm order sheet, from the order's data to the bytes of the PDF, beside the plain WeasyPrint call on its HTML."""

from __future__ import annotations

from collections.abc import Iterator

import weasyprint
from tests.ward import an_order

from dosewright import documents

from .measure import Result, at_most, in_process


def run() -> Iterator[Result]:
    order = an_order(by_reference=True)
    html = documents.order_html([order])

    def plain() -> bytes:
        attached = weasyprint.Attachment(string=documents._dumped(order), name="order.json")
        page = weasyprint.HTML(string=html)
        return page.write_pdf(pdf_variant=documents.VARIANT, pdf_identifier=b"plain", attachments=[attached])

    yield at_most(
        "one warm order sheet, beside plain WeasyPrint",
        in_process(lambda: documents.joined_pdf([order])),
        in_process(plain),
        0.75,
        rounds=10,
    )
