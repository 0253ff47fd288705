"""Rules at their limits: remarks in free words, and notation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from dosewright.orders.rules import RULES, phrases, remarks
from dosewright.orders.rules.values import Words

from .rulings import NOTHING, Case, asked, changed, checked, fired, name, passed, sound

# fmt: off

def remark(words: str, drug: str = "oxaliplatin") -> dict[str, str]:
    return {f"{drug}.comment": words}


# 141 mg, give or take 0.5 %: 140.295 to 141.705; as calculated 140.9565: to 141.6613 and from 140.2517
REMARKS = [
    Case("remark-and-dose", remark("give 142 mg"), remark("give 141.7 mg"), "blocks-release · oxaliplatin.comment · give 142 mg · 141 mg · by definition"),
    # where there is no remark, a dose, a duration and a rate that are missing leave nothing to be compared
    Case("remark-and-dose", remark("give 142 mg"), {"oxaliplatin.dose": None}, "blocks-release · oxaliplatin.comment · give 142 mg · 141 mg · by definition"),
    Case("remark-on-order", {"comment": "oxaliplatin 50 mg"}, {"oxaliplatin.dose": None}, "blocks-release · comment · oxaliplatin 50 mg · 141 mg · by definition"),
    Case("written-and-dose", {"oxaliplatin.written": "oxaliplatin 410 mg"}, {"oxaliplatin.dose": None}, "blocks-release · oxaliplatin.written · oxaliplatin 410 mg · 141 mg · by definition"),
    Case("remark-and-duration", remark("over 5 h"), {"oxaliplatin.over": None}, "blocks-release · oxaliplatin.comment · over 5 h · 4 h · by definition"),
    Case("remark-and-rate", remark("at 71 mL/h"), {"oxaliplatin.rate": None}, "blocks-release · oxaliplatin.comment · at 71 mL/h · 69.5 mL/h · by definition"),
    Case("remark-and-dose", remark("give 140 mg"), remark("give 140.3 mg"), "blocks-release · oxaliplatin.comment · give 140 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 0.2 g"), remark("give 0.141 g"), "blocks-release · oxaliplatin.comment · give 0.2 g · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 0.14171 g"), remark("give 0.1417 g"), "blocks-release · oxaliplatin.comment · give 0.14171 g · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 1,410 mg"), remark("give 141,000 mcg"), "blocks-release · oxaliplatin.comment · give 1,410 mg · 141 mg · by definition"),
    # a comma that is no sign between thousands is a decimal one, and a zero never begins thousands
    Case("remark-and-dose", remark("give 0,5 g"), remark("give 0,141 g"), "blocks-release · oxaliplatin.comment · give 0,5 g · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 0,141 mg"), remark("give 141,5 mg"), "blocks-release · oxaliplatin.comment · give 0,141 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("1,410,000 mg"), remark("0.141 g, 1,2,3 mg"), "blocks-release · oxaliplatin.comment · 1,410,000 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 500 µg"), remark("give 141000 µg"), "blocks-release · oxaliplatin.comment · give 500 µg · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 500 μg"), remark("give 141000 μg"), "blocks-release · oxaliplatin.comment · give 500 μg · 141 mg · by definition"),
    Case("remark-and-dose", remark("give 500 ug"), remark("give 141000 ug"), "blocks-release · oxaliplatin.comment · give 500 ug · 141 mg · by definition"),
    Case("remark-and-dose", remark("3,981.5 mg or 4,000.5 mg", "fluorouracil"), remark("3,980.5 mg", "fluorouracil"), "blocks-release · fluorouracil.comment · 3,981.5 mg or 4,000.5 mg · 3,980 mg · by definition"),
    Case("remark-and-dose", remark("70 mg per hepatic artery"), remark("70 mg per hour"), "blocks-release · oxaliplatin.comment · 70 mg per hepatic artery · 141 mg · by definition"),
    Case("remark-and-dose", remark("141 mg; then 70 mg"), remark("141 mg as 85 mg/m²"), "blocks-release · oxaliplatin.comment · 141 mg; then 70 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("141 mg, 140.96 mg, 141 mg or 80 mg"), remark("141 mg, 140.96 mg, 141 mg or 141 mg"), "blocks-release · oxaliplatin.comment · 141 mg, 140.96 mg, 141 mg or 80 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("85 mg"), remark("85 mg / m2"), "blocks-release · oxaliplatin.comment · 85 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("5 mg"), remark("5 mg per kg, 2 mg/h, v1.5 mg"), "blocks-release · oxaliplatin.comment · 5 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("3,981 mg is 4,000 mg", "fluorouracil"), remark("3,980 mg is 3.98 g", "fluorouracil"), "blocks-release · fluorouracil.comment · 3,981 mg is 4,000 mg · 3,980 mg · by definition"),
    Case("remark-and-dose", remark("151 mg"), remark("150 mg"), "blocks-release · oxaliplatin.comment · 151 mg · 141 mg · by definition", always={"oxaliplatin.calculated": 150.0}),
    Case("remark-and-dose", remark("146 mg"), remark("145 mg or 141 mg"), "blocks-release · oxaliplatin.comment · 146 mg · 145 mg · by definition", always={"oxaliplatin.dose": 145.0}),
    Case("remark-and-dose", remark("146 mg"), remark("145 mg or 141 mg"), "blocks-release · oxaliplatin.comment · 146 mg · 145 mg · by definition", always={"oxaliplatin.dose": 145.0, "oxaliplatin.calculated": None}),
    Case("remark-and-dose", remark("Give 142 MG"), remark("GIVE 141 MG"), "blocks-release · oxaliplatin.comment · Give 142 MG · 141 mg · by definition"),
    Case("written-and-dose", {"oxaliplatin.written": "oxaliplatin 410 mg"}, {"oxaliplatin.written": "oxaliplatin 85 mg/m² × 1.66 m² = 141 mg"}, "blocks-release · oxaliplatin.written · oxaliplatin 410 mg · 141 mg · by definition"),
    Case("written-and-dose", {"oxaliplatin.written": "oxaliplatin 410 mg over 4 h"}, {"oxaliplatin.written": "oxaliplatin over 4 h"}, "blocks-release · oxaliplatin.written · oxaliplatin 410 mg over 4 h · 141 mg · by definition"),
    Case("written-and-dose", {"oxaliplatin.written": "oxaliplatin 142 mg in 278 mL over 4 h"}, {"oxaliplatin.written": "oxaliplatin 141 mg in 278 mL over 4 h"}, "blocks-release · oxaliplatin.written · oxaliplatin 142 mg in 278 mL over 4 h · 141 mg · by definition"),
    Case("remark-on-order", {"comment": "oxaliplatin 151 mg"}, {"comment": "oxaliplatin 150 mg"}, "blocks-release · comment · oxaliplatin 151 mg · 141 mg · by definition", always={"oxaliplatin.calculated": 150.0}),
    Case("remark-on-order", {"comment": "oxaliplatin 146 mg"}, {"comment": "oxaliplatin 145 mg"}, "blocks-release · comment · oxaliplatin 146 mg · 145 mg · by definition", always={"oxaliplatin.dose": 145.0}),
    Case("remark-on-order", {"comment": "oxaliplatin 146 mg"}, {"comment": "oxaliplatin 141 mg"}, "blocks-release · comment · oxaliplatin 146 mg · 145 mg · by definition", always={"oxaliplatin.dose": 145.0, "oxaliplatin.calculated": None}),
    Case("remark-on-order", {"comment": "oxaliplatin 50 mg, then oxaliplatin 141 mg"}, NOTHING, "blocks-release · comment · oxaliplatin 50 mg, then oxaliplatin 141 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("discard 59 mg, give 77 mg"), remark("2 vials of 100 mg, discard 59 mg"), "blocks-release · oxaliplatin.comment · discard 59 mg, give 77 mg · 141 mg · by definition"),
    Case("remark-and-dose", remark("as last cycle 150 mg"), remark("oxaliplatin last cycle 150 mg"), "blocks-release · oxaliplatin.comment · as last cycle 150 mg · 141 mg · by definition"),
    Case("remark-and-duration", remark("first 15 min slowly, 2 h in all"), remark("first 15 minutes slowly, then at 69.5 mL/h"), "blocks-release · oxaliplatin.comment · first 15 min slowly, 2 h in all · 4 h · by definition"),
    Case("remark-and-duration", remark("over 4.03 h"), remark("over 4.02 h"), "blocks-release · oxaliplatin.comment · over 4.03 h · 4 h · by definition"),
    Case("remark-and-duration", remark("over 3.97 hours"), remark("over 3.98 hours"), "blocks-release · oxaliplatin.comment · over 3.97 hours · 4 h · by definition"),
    Case("remark-and-duration", remark("over 5 hrs"), remark("over 4 hrs"), "blocks-release · oxaliplatin.comment · over 5 hrs · 4 h · by definition"),
    Case("remark-and-duration", remark("over 30 minutes"), remark("over 240 min"), "blocks-release · oxaliplatin.comment · over 30 minutes · 4 h · by definition"),
    Case("remark-and-duration", remark("over 20 mins"), remark("over 240 mins"), "blocks-release · oxaliplatin.comment · over 20 mins · 4 h · by definition"),
    Case("remark-and-duration", remark("over 2,5 h"), remark("over 4,0 h"), "blocks-release · oxaliplatin.comment · over 2,5 h · 4 h · by definition"),
    Case("remark-and-duration", remark("OVER 5 H"), remark("OVER 4 H"), "blocks-release · oxaliplatin.comment · OVER 5 H · 4 h · by definition"),
    Case("remark-and-duration", remark("over 5 hr"), remark("over 4 hr"), "blocks-release · oxaliplatin.comment · over 5 hr · 4 h · by definition"),
    Case("remark-and-duration", remark("over 1 hour"), remark("69.5 mL/h, 250 mL, 12 months"), "blocks-release · oxaliplatin.comment · over 1 hour · 4 h · by definition"),
    Case("remark-and-rate", remark("at 70 mL/h"), remark("at 69.5 mL/h"), "blocks-release · oxaliplatin.comment · at 70 mL/h · 69.5 mL/h · by definition"),
    Case("remark-and-rate", remark("at 1,000 ml per hour"), remark("at 69.6 ml per hour"), "blocks-release · oxaliplatin.comment · at 1,000 ml per hour · 69.5 mL/h · by definition"),
    Case("remark-and-rate", remark("at 6,95 mL/h"), remark("at 69,5 mL/h"), "blocks-release · oxaliplatin.comment · at 6,95 mL/h · 69.5 mL/h · by definition"),
    Case("remark-and-rate", remark("at 69 mL / h"), remark("of 69 mL"), "blocks-release · oxaliplatin.comment · at 69 mL / h · 69.5 mL/h · by definition"),
    Case("remark-on-order", {"comment": "Oxaliplatin: give 100 mg"}, {"comment": "Oxaliplatin: give 141 mg"}, "blocks-release · comment · Oxaliplatin: give 100 mg · 141 mg · by definition"),
    Case("remark-on-order", {"comment": "oxaliplatin 50 mg"}, {"comment": "paracetamol 500 mg, no oxaliplatin before"}, "blocks-release · comment · oxaliplatin 50 mg · 141 mg · by definition"),
    Case("remark-on-order", {"comment": "oxaliplatin 50 mg"}, {"comment": "oxaliplatin 141 mg, paracetamol 500 mg"}, "blocks-release · comment · oxaliplatin 50 mg · 141 mg · by definition"),
]


def of_words(rule: str, where: str, wrong: str, right: str, allowed: str, source: str = "by definition", **more: Any) -> Case:
    """Words of a line or of the order that contradict it, and such as do not."""
    return Case(rule, {where: wrong}, {where: right}, f"blocks-release · {where} · {wrong} · {allowed} · {source}", **more)


OF_LINE, AS_WRITTEN, ON_ORDER = "oxaliplatin.comment", "oxaliplatin.written", "comment"
EIGHTY = {"oxaliplatin.share": 80.0, "oxaliplatin.reason": "neuropathy"}
OF_EIGHTY = {**EIGHTY, "oxaliplatin.share": 64.0, "oxaliplatin.changed_by": 20.0}
CONTRADICTING = [
    # 4 h, give or take 0.5 %: 3.98 to 4.02; 69.5 mL/h: 69.1525 to 69.8475
    of_words("written-and-duration", AS_WRITTEN, "oxaliplatin 141 mg over 2 h", "oxaliplatin 141 mg over 4 h", "4 h"),
    of_words("written-and-duration", AS_WRITTEN, "over 4.03 h", "over 4.02 h", "4 h"),
    of_words("written-and-duration", AS_WRITTEN, "141 mg over 40 min", "141 mg over 240 min", "4 h"),
    of_words("written-and-duration", "fluorouracil.written", "3,980 mg over 46 h", "3,980 mg over 20 h", "20 h"),
    of_words("written-and-rate", AS_WRITTEN, "141 mg at 69.85 mL/h", "141 mg at 69.84 mL/h", "69.5 mL/h"),
    of_words("written-and-rate", AS_WRITTEN, "141 mg at 139 mL/h", "141 mg at 69.5 mL/h", "69.5 mL/h"),
    of_words("written-and-route", AS_WRITTEN, "141 mg intravenously over 4 h", "141 mg intra-arterially over 4 h", "hepatic intra-arterial"),
    of_words("written-and-route", AS_WRITTEN, "141 mg i.v. over 4 h", "141 mg i.a. over 4 h", "hepatic intra-arterial"),
    of_words("written-and-route", AS_WRITTEN, "141 mg by a peripheral vein", "141 mg by the hepatic artery, not IV", "hepatic intra-arterial"),
    of_words("written-and-route", AS_WRITTEN, "141 mg intrathecally", "141 mg with leucovorin intravenously", "hepatic intra-arterial"),
    of_words("written-and-route", "leucovorin.written", "332 mg into the hepatic artery", "332 mg into a vein", "intravenous"),
    of_words("written-and-route", AS_WRITTEN, "141 mg IV", "141 mg HAI", "HAI", always={"oxaliplatin.route": "HAI"}),
    Case("product-other", {"oxaliplatin.product": "cisplatin concentrate 1 mg/mL"}, {"oxaliplatin.product": "Eloxatin 5 mg/mL"}, "refuse · oxaliplatin.product · cisplatin concentrate 1 mg/mL · oxaliplatin · by definition"),
    Case("product-other", {"leucovorin.product": "levoleucovorin 10 mg/mL"}, {"leucovorin.product": "calcium folinate 10 mg/mL"}, "refuse · leucovorin.product · levoleucovorin 10 mg/mL · leucovorin · by definition"),
    of_words("written-and-drug", AS_WRITTEN, "carboplatin 141 mg over 4 h", "oxaliplatin 141 mg over 4 h", "oxaliplatin", "protocol"),
    of_words("written-and-drug", AS_WRITTEN, "fluorouracil 141 mg", "141 mg, not carboplatin", "oxaliplatin", "protocol"),
    of_words("written-and-drug", AS_WRITTEN, "carboplatin instead of oxaliplatin", "oxaliplatin instead of carboplatin", "oxaliplatin", "protocol"),
    of_words("written-and-drug", AS_WRITTEN, "Cisplatin 141 mg", "Eloxatin 141 mg", "oxaliplatin", "protocol"),
    of_words("written-and-drug", AS_WRITTEN, "leucovorin 141 mg", "oxaliplatin 141 mg beside leucovorin", "oxaliplatin", "protocol"),
    of_words("written-and-drug", "leucovorin.written", "levoleucovorin 332 mg", "calcium folinate 332 mg", "leucovorin", "protocol"),
    of_words("written-and-drug", "leucovorin.written", "folic acid 332 mg", "levoleucovorin 332 mg", "leucovorin", "protocol", always={"leucovorin.form": "levoleucovorin"}),
    of_words("written-per-area", AS_WRITTEN, "oxaliplatin 85 mg/m2 over 4 h", "oxaliplatin 85 mg/m2 = 141 mg over 4 h", "141 mg"),
    of_words("written-per-area", AS_WRITTEN, "85 mg per m²", "85 mg per dose", "141 mg"),
    of_words("written-per-area", AS_WRITTEN, "2.3 mg/kg", "0.267 mg/mL", "141 mg"),
    of_words("written-per-area", AS_WRITTEN, "85 mg per square metre from 2 vials of 100 mg", "oxaliplatin over 4 h", "141 mg"),
    of_words("remark-and-route", OF_LINE, "give intravenously", "give intra-arterially", "hepatic intra-arterial"),
    of_words("remark-and-route", OF_LINE, "flush before, infuse via a peripheral vein over 4 h", "IV fluids before", "hepatic intra-arterial"),
    of_words("remark-and-route", OF_LINE, "oxaliplatin by mouth", "leucovorin by mouth", "hepatic intra-arterial"),
    of_words("remark-and-route", OF_LINE, "IV", "by vein if the artery is closed", "hepatic intra-arterial"),
    of_words("remark-and-route", "leucovorin.comment", "by the hepatic artery", "i.v. over 2 h", "intravenous"),
    of_words("remark-and-share", OF_LINE, "80 % of the dose", "100 % of the dose", "100 %"),
    of_words("remark-and-share", OF_LINE, "79.5 % of the dose", "79.6 % of the dose", "80 %", always=EIGHTY),
    of_words("remark-and-share", OF_LINE, "full dose", "80 % of the dose", "80 %", always=EIGHTY),
    of_words("remark-and-share", OF_LINE, "reduce oxaliplatin by 25 %", "reduce oxaliplatin by 20 %", "80 %", always=EIGHTY),
    of_words("remark-and-share", OF_LINE, "reduced by 25 %", "reduced by 20 %", "64 %", always=OF_EIGHTY),
    of_words("remark-and-share", OF_LINE, "reduced to 60 %", "reduced to 64 %", "64 %", always=OF_EIGHTY),
    of_words("remark-and-share", OF_LINE, "reduced to 60 %", "reduced to 80 %", "64 %", always={**EIGHTY, "oxaliplatin.share": 64.0, "oxaliplatin.changed_to": 80.0}),
    of_words("remark-and-share", OF_LINE, "half dose today", "half dose next cycle", "100 %"),
    of_words("remark-and-share", OF_LINE, "double dose", "double check dose", "100 %"),
    of_words("remark-and-share", OF_LINE, "reduce dose by 20 %", "reduce rate by 20 %", "100 %"),
    of_words("remark-and-share", OF_LINE, "oxaliplatin 80 %", "leucovorin 80 %", "100 %"),
    of_words("remark-withholds", OF_LINE, "do NOT give", "do not give if fever", "141 mg"),
    of_words("remark-withholds", OF_LINE, "Hold", "Hold if neutrophils < 1.0", "141 mg"),
    of_words("remark-withholds", OF_LINE, "withhold today, neutropenia", "withhold until neutrophils recover", "141 mg"),
    of_words("remark-withholds", OF_LINE, "omit oxaliplatin", "omit leucovorin", "141 mg"),
    of_words("remark-withholds", OF_LINE, "oxaliplatin: not to be given", "hold parameters: neutrophils, platelets", "141 mg"),
    of_words("remark-on-order", ON_ORDER, "5-FU 2000 mg", "5-FU 3,980 mg", "3,980 mg"),
    of_words("remark-on-order", ON_ORDER, "OXA 100 mg", "oxa tolerated well, paracetamol 500 mg", "141 mg"),
    of_words("remark-on-order", ON_ORDER, "oxaliplatin 150 mg", "oxaliplatin last cycle 150 mg", "141 mg"),
    of_words("remark-on-order", ON_ORDER, "oxaliplatin 500 mg", "oxaliplatin as planned. Paracetamol 500 mg", "141 mg"),
    of_words("remark-on-order-and-duration", ON_ORDER, "oxaliplatin 2 h infusion", "oxaliplatin 2 h before fluorouracil", "4 h"),
    of_words("remark-on-order-and-duration", ON_ORDER, "OXA over 4.03 h", "OXA over 4.02 h; flush over 10 min", "4 h"),
    of_words("remark-on-order-and-duration", ON_ORDER, "fluorouracil over 46 h", "fluorouracil over 20 h", "20 h"),
    of_words("remark-on-order-and-share", ON_ORDER, "reduce oxaliplatin by 20 %", "glucose 5 % for oxaliplatin", "100 %"),
    of_words("remark-and-dose", OF_LINE, "dexamethasone 8 mg, then 77 mg", "dexamethasone 8 mg before", "141 mg"),
    of_words("remark-and-share", OF_LINE, "give 50 % only", "give 50 % oxygen", "100 %"),
    of_words("remark-and-share", OF_LINE, "give 3/4 of the dose", "4/4 of the dose", "100 %"),
    of_words("remark-and-share", OF_LINE, "¾ dose", "½ of the dose next cycle", "100 %"),
    of_words("remark-and-share", OF_LINE, "dose-reduced to 75 %", "dose-reduced to 100 %", "100 %"),
    of_words("remark-and-share", OF_LINE, "20 % less", "20 % less nausea", "100 %"),
    of_words("remark-withholds", OF_LINE, "hold everything", "hold everything sterile", "141 mg"),
    of_words("remark-withholds", OF_LINE, "not today", "not today's bag", "141 mg"),
    of_words("remark-withholds", OF_LINE, "stop oxaliplatin", "stop the pump for pain", "141 mg"),
    of_words("remark-on-order-and-route", ON_ORDER, "give oxaliplatin intravenously", "give leucovorin intravenously", "hepatic intra-arterial"),
    of_words("remark-on-order-and-route", ON_ORDER, "oxaliplatin: IV", "IV, oxaliplatin by the hepatic artery", "hepatic intra-arterial"),
    of_words("remark-on-order-and-share", ON_ORDER, "oxaliplatin 80 %", "oxaliplatin 100 %", "100 %"),
    of_words("remark-on-order-withholds", ON_ORDER, "hold oxaliplatin", "hold oxaliplatin if fever", "141 mg"),
    of_words("remark-on-order-withholds", ON_ORDER, "no oxaliplatin today", "no oxaliplatin reaction so far", "141 mg"),
]


WRITE = {
    "trailing-zero": "blocks-release: write 1 mg, not 1.0 mg, and 0.5 mg, not 0.50 mg",
    "naked-point": "blocks-release: write 0.5 mg, not .5 mg",
    "decimal-comma": "blocks-release: write a decimal point",
    "units": "blocks-release: write 'units' in full",
    "microgram": "blocks-release: write 'mcg'",
    "abbreviation": "blocks-release: write generic names in full; a name of a regimen only beside them",
    "per-day": "blocks-release: write mL per hour, and only that",
    "frequency": "blocks-release: write 'daily' or the days in full",
    "cubic-centimetre": "blocks-release: write 'mL'",
    "exponent": "blocks-release: write the digits",
    "spacing": "warning: write 10 mg, not 10mg",
    "thousands": "warning: write 2,400 mg",
}


def written(wrong: str, right: str, rule: str, quoted: str = "") -> Case:
    """Words of a line as they must not, and as they may be written; and what of them the finding quotes."""
    severity, _, allowed = WRITE[rule].partition(": ")
    told = f"{severity} · oxaliplatin.written · {wrong} · {allowed} · ismp"
    told += f" · it says '{quoted}'" if quoted else ""
    return Case(f"notation-{rule}", {"oxaliplatin.written": wrong}, {"oxaliplatin.written": right}, told)


NOTATION = [
    written("1.0 mg", "1.05 mg", "trailing-zero"),
    written("141.00 mg", "140 mg", "trailing-zero"),
    written("0.0 mg", "10.01 mg", "trailing-zero"),
    written("5.0 – mg", "5.0 – 10.5 mg", "trailing-zero"),
    written("0.50 mg", "0.05 mg", "trailing-zero"),
    written("10.520 mg", "0.502 mg", "trailing-zero"),
    written(".5 mg", "0.5 mg", "naked-point"),
    written("dose .25", "version 1.2.5", "naked-point"),
    written("141,5 mg", "1,415 mg", "decimal-comma"),
    written("2,40 mg", "2,400,000 mg", "decimal-comma"),
    written("1,2345 mg", "1,234 mg", "decimal-comma"),
    written("0,125 mg", "10,125 mg", "decimal-comma"),
    written("at 0,267 mg/mL", "at 267,000 mcg/mL", "decimal-comma"),
    written("1234,567 mg", "1,234,567 mg", "decimal-comma"),
    written("5000 U", "5000 units", "units"),
    written("5000IU", "5000 Units", "units"),
    written("5 u heparin", "5 ug heparin", "units"),
    written("500 µg", "500 mcg", "microgram"),
    written("500 μg", "500 mg", "microgram"),
    written("500ug", "500 ugly", "microgram"),
    written("5-FU", "fluorouracil", "abbreviation", "5-FU"),
    written("oxa 141 mg", "oxalic", "abbreviation", "oxa"),
    written("L-OHP", "FOLFOX", "abbreviation", "L-OHP"),
    written("28.8 mL/24 h", "28.8 mL/h", "per-day"),
    written("5 ml per day", "5 mL/dL", "per-day"),
    written("5 mL/d", "5 mL/h for 1 d", "per-day"),
    written("28.8 mL daily", "28.8 mL, daily care", "per-day"),
    written("700 mL a day", "700 mL a bag", "per-day"),
    written("141 mg for 3/7", "1/2 of 3/8", "frequency"),
    written("2/52", "2/52/12", "frequency"),
    written("10/12", "10.1/12", "frequency"),
    written("141 mg QD", "141 mg daily", "frequency"),
    written("141 mg qod", "QDT", "frequency"),
    written("500 cc", "500 mL", "cubic-centimetre"),
    written("500cc", "5 cch", "cubic-centimetre"),
    written("1.4e2 mg", "1.4 e", "exponent"),
    written("1E-3 mg", "1 E 3", "exponent"),
    written("141mg", "141 mg", "spacing"),
    written("4h", "4 h", "spacing"),
    written("2400 mg", "2,400 mg", "thousands"),
    written("5000 mL", "500 mL", "thousands"),
    written("1234 units", "in 2026", "thousands"),
]
CASES = [*REMARKS, *CONTRADICTING, *NOTATION]
MISREAD = {
    "trailing-zero": "1.0 | 10.0mg | 0.10 | 2.40 g/m² | 1.500 | 5.0 - x",
    "naked-point": ".5 | x.5 | -.25 mg | 1 .5",
    "decimal-comma": "0,5 | 12,5 mg | 141,50 | 1,400,5 mg | 1,4000 | 1,40000 | 0,267 | 00,125 | 1234,567 | 12345,678",
    "units": "5 U | 5U | 5 u | 5 IU | 5IU | 5 iu | 5  UI | 5 U/kg | 5 IU, then",
    "microgram": "5 µg | 5µg | 5 μg | 5 ㎍ | 5 ug | 5ug/kg | 5  ug",
    "abbreviation": "5-FU | 5FU | 5 FU | 5- FU | FU | fu | OXA | oxa | L-OHP | LOHP | LV | FA | CF | DOX | ADM | EPI | ADR | "
    "CPT-11 | CPT 11 | CPT11 | DDP | CDDP | (LV) | 5-FU/LV",
    "per-day": "28 mL/24 h | 28mL/24h | 28 ml / 24  h | 28 mL per 24 hours | 28 mL/d | 28 mL/d, 2 | 28 mL / day | 28 mL per day | "
    "28 mL daily | 28mL daily | 28 mL a day",
    "frequency": "QD | qd | QOD | qod | Q.D. | q.d. | OD | TIW | tiw | 1 QD 2 | 3/7 | 14/7 | 6/52 | 1/12 | for 3/7, then | 3/7 x",
    "cubic-centimetre": "5 cc | 5cc | 5  CC | 5 cc/h",
    "exponent": "1e2 | 1E2 | 1.4e+2 | 1E-3",
    "spacing": "10mg | 10mcg | 1g | 5mL | 5ml | 4h | 5units | 10mg/m² | 4h,",
    "thousands": "2400 mg | 2400mg | 24000 mcg | 1234 mL | 5000 units | 2400  mg",
}
"""What has been misread, as others write it."""
PLAIN = {
    "trailing-zero": "1 | 10 | 0.05 | 1.05 | 1.001 | version 1.25.0 | 5.0–10 mg | 5.0-10.5 mg | 5.0 - 10 | 100",
    "naked-point": "0.5 | 1.5 | end. 5 | 1.2.5 | ...5",
    "decimal-comma": "1,400 | 12,400 | 141,000 | 1,400,000 | 1,000,200 | 1,000,000,200 | 0, 267 | 1234, 567 | 10,200 | 1, 2",
    "units": "5 units | 5 Units | 5 ug | 5 UVA | 5 ium | U 5 | IU | 5 IUx",
    "microgram": "5 mcg | 5 mg | 5 ugly | 5 ugA | µg | ug 5",
    "abbreviation": "fluorouracil | oxalic | FOLFOX | 2FA | FA2 | aLV | LVa | Zfu | fuZ | CPT | doxorubicin | 5-1",
    "per-day": "28 mL/h | 28 mL/dL | 28 mL/dl | 28 mL per dose | 24 h | mL/24 h | 28 mL/24 | 28 mL x | 5 mg daily | 28 mL/ DAB",
    "frequency": "QDa | aQD | qda | Zqd | ODZ | daily | 3/8 | on /7 | 1.3/7 | 3/72 | 3/7/2026 | 1/3/7 | 133/7 | 3/522",
    "cubic-centimetre": "5 mL | 5 ccm | 5 ccM | cc",
    "exponent": "1e | e2 | 1 e2 | 1e 2 | 2 E",
    "spacing": "10 mg | mg | 10mgx | 10mgX | 4hours | 4h2 | D5W",
    "thousands": "2,400 mg | 240 mg | 2400 | 2400 x | 1.2400 mg | 1,2400 mg | 0400 mg | 02400 mg | in 2026",
}
"""What only looks like it."""
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_outside_its_limit_a_rule_fires_and_says_what_was_measured_and_what_is_allowed(case):
    assert fired(case) == [case.told]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_inside_its_limit_a_rule_is_checked_and_silent(case):
    assert passed(case)


def of_each(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(rule, one.strip()) for rule, listed in words.items() for one in listed.split(" | ")]


def is_told(rule: str, words: str) -> bool:
    return RULES[f"notation-{rule}"].function(SimpleNamespace(written=words))


@pytest.mark.parametrize(("rule", "words"), of_each(MISREAD))
def test_what_has_been_misread_is_told_however_it_stands_there(rule, words):
    assert is_told(rule, words)


@pytest.mark.parametrize(("rule", "words"), of_each(PLAIN))
def test_what_only_looks_like_something_misread_is_not_told(rule, words):
    assert not is_told(rule, words)


NAMED = [
    ("141 mg", [141]), ("141mg", [141]), ("141 MG", [141]), ("1.5 g", [1500]), ("500 mcg", [0.5]), ("500 µg", [0.5]),
    ("500 μg", [0.5]), ("500 ug", [0.5]), ("1,500 mg", [1500]), ("1,234,567 mg", [1234567]), ("12,345.5 mg", [12345.5]),
    ("123,456 mg", [123456]), ("0,5 g", [500]), ("1,5 g", [1500]), ("1,25 g", [1250]), ("1,2345 g", [1234.5]),
    ("0,141 mg", [0.141]), ("1234,567 mg", [1234.567]), ("140.5 mg then 70 mg", [140.5, 70]), ("2  g", [2000]),
    ("85 mg/m² = 141 mg", [141]), ("5 mg/kg", []), ("5 mg per kg", []), ("5 mg / m2", []), ("5 mg per h", []),
    ("5 mg²", []), ("5 g^2", []), ("5 mg*2", []), ("5 mgx", []), ("5 g2", []), ("5 grams", []), ("v1.5 mg", []),
    ("1.2.5 mg", []), ("1,2,5 mg", []), ("141", []), ("mg", []), ("5 mL", []), ("5 h", []), ("70 mg per hepatic artery", [70]),
    ("5 mg permitted", [5]), ("5 mg per meal", [5]), ("5 mg per day", [5]), ("5 mg per m", []), ("5 mg per m²", []), ("5 mg per m2 of", []),
    ("5 mg per m^2", []), ("5 mg per mL", []), ("5 mg per min", []), ("5 mg per minute", []), ("5 mg per square metre", []),
    ("ondansetron 8 mg", []), ("ondansetron: 8 mg, 77 mg", [77]), ("paracetamol not 500 mg", [500]),
    ("2 vials of 100 mg, discard 47 mg", []), ("2 vials of 100 mg, discard 59 mg: 141 mg", [141]),
    ("100 mg vial", []), ("two 100-mg vials", []), ("ampoules of 250 mg", []), ("2 ampules: 250 mg", []),
    ("discard the remaining 47 mg", []), ("waste 47 mg", []), ("47 mg is discarded", []), ("47 mg waste.", []),
    ("discard the vial; give 77 mg", [77]), ("give 77 mg, discard the rest", [77]), ("77 mg waste the rest", [77]),
    ("give 77 mg. Discard", [77]), ("77 mg discard the rest", [77]), ("vials: two; 77 mg", [77]),
    ("last cycle 150 mg", []), ("oxaliplatin last cycle: 150 mg", []), ("previous dose was 150 mg", []),
    ("previously 150 mg", []), ("last cycle 150 mg, now 77 mg", [77]), ("last cycle 150 mg to 77 mg", [77]),
    ("last cycle reduced to 77 mg", [77]), ("as last cycle 150 mg", [150]), ("as in the last cycle 150 mg", [150]),
    ("same dose as last cycle: 150 mg", [150]), ("repeat last cycle 150 mg", [150]), ("last cycle, give 77 mg", [77]),
    ("last cycle well; 77 mg", [77]), ("last cycle now 77 mg", [77]),
    ("5 mg per sq m", []), ("5 mg  per  hr", []), ("5 mg per hour", []), ("5 mg per kg.", []), ("5 mg/dose", []),
]  # fmt: skip
LASTING = [
    ("4 h", [4]), ("4h", [4]), ("4 H", [4]), ("4 hr", [4]), ("4 hrs", [4]), ("1 hour", [1]), ("4 hours", [4]), ("30 min", [0.5]),
    ("30 mins", [0.5]), ("30 minute", [0.5]), ("30 minutes", [0.5]), ("30 MIN", [0.5]), ("1.5 h", [1.5]), ("1,5 h", [1.5]),
    ("first 15 minutes slowly", []), ("the first 15 min, then 4 h", [4]), ("every 15 min", []), ("stable for 6 h", []),
    ("use within 6 h", []), ("infuse within 2 h", [2]), ("30 min before leucovorin", []), ("over 2 h before leucovorin", [2]),
    ("2 h prior to the pump", []), ("2 h priority", [2]), ("observe for 30 min", []), ("give for 2 h", [2]),
    ("1 h 30 min", [1, 0.5]), ("4 hx", []), ("4 months", []), ("69.5 mL/h", []), ("4 mL", []), ("4 mg", []), ("4 mi", []),
]  # fmt: skip
RUNNING = [
    ("69.5 mL/h", [69.5]), ("69.5mL/h", [69.5]), ("70 ml / h", [70]), ("70 mL per hour", [70]), ("70 mL  per  hour", [70]),
    ("1,000 mL/h", [1000]), ("1,000.5 mL/h", [1000.5]), ("69,5 mL/h", [69.5]), ("70 mL", []), ("70 mL/d", []), ("70 mg/h", []),
    ("v70 mL/h", []), ("70 mL/h then 35 mL/h", [70, 35]),
    ("70 mL/hr", [70]), ("70 mL/hour", [70]), ("278 mL per hepatic artery", []), ("70 mL/hx", []), ("70 mLperh", []),
]  # fmt: skip


@pytest.mark.parametrize(("words", "mg"), NAMED)
def test_the_amounts_that_a_remark_names_are_in_milligrams(words, mg):
    assert remarks.amounts(words)[0] == pytest.approx(mg, rel=1e-12)


@pytest.mark.parametrize(("words", "hours"), LASTING)
def test_the_times_that_a_remark_names_are_in_hours(words, hours):
    assert remarks.amounts(words)[1] == pytest.approx(hours, rel=1e-12)


@pytest.mark.parametrize(("words", "rates"), RUNNING)
def test_the_rates_that_a_remark_names_are_in_millilitres_per_hour(words, rates):
    assert remarks.rates(words) == pytest.approx(rates, rel=1e-12)


def test_of_a_column_of_remarks_each_is_held_against_its_own_order():
    comments = Words(numpy.array([0, 1, 2, 0, 3]), ("141 mg", "141 mg, then 70 mg", None, "slowly"))
    doses = numpy.array([141.0, 141.0, 141.0, 70.0, 70.0])
    found = remarks._other(comments, lambda text: remarks.amounts(text)[0], doses)
    assert found.tolist() == [False, True, False, True, False]


# ------------------------------------------------------------------------------------------------------ the whole order

HARMLESS = """
protect from light
glucose 5 %
in glucose 5 %, never in sodium chloride 0.9 %
hold if neutrophils < 1.0
hold if neutrophils below 1.5 or platelets below 75
neutrophils below 1.5: hold
hold parameters: neutrophils, platelets
hold for bilirubin above 50
hold anticoagulants today
hold pressure on the groin
hold the bag upright
do not give if fever
do not give with fluorouracil in one line
do not give undiluted
do not give until the catheter has been seen under X-ray
do not refrigerate
do not stop the pump without a physician
omit dexamethasone
same dose as last cycle
dose as in the last cycle
100 % of the dose
full dose
full dose was well tolerated
20 % reduction next cycle if neuropathy persists
reduce by 20 % if grade 2 neuropathy
80 % of the dose was given in cycle 1
half of the dose was given before the catheter moved
weight reduced by 4 % since the last cycle
platelets fell by 20 %, still above the limit
rounded to within 5 % of the dose
oxygen saturation 98 %
reduce the rate by 50 % if there is pain
double check dose, rate and route
double gloves
bag 1/2 oxaliplatin
first 15 minutes slowly, then as ordered
check blood pressure every 15 min
observe for 30 min
stable for 6 h, use within 6 h
dexamethasone 30 min before
dexamethasone 8 mg and ondansetron 8 mg before
paracetamol 500 mg if fever
give 20 % albumin 50 mL before
2 vials of 100 mg, discard 59 mg
100 mg vial and 50 mg vial
discard the remaining 59 mg
last cycle 150 mg
previous dose 150 mg, tolerated
IV fluids before
IV access in the left arm
remove the venous cannula afterwards
flush the vein with glucose 5 %
flush the catheter, then remove it from the artery
portal vein thrombosis, main trunk open
premedication intravenously, see standing order 12
antiemetics IV before
oral care, drink enough
arterial blood pressure every hour
no known allergy to platinum
not for children
patient was told of the neuropathy
catheter position confirmed by angiography
pump checked by two nurses
third cycle of oxaliplatin, no oxaliplatin reaction so far
leucovorin runs beside it by the peripheral vein
fluorouracil follows in the same catheter
skip lunch
leave the catheter in place
do not leave the patient alone for the first 30 min
call the physician before any change
pain: stop the pump and call
no dose reduction
dose confirmed, no reduction needed
RDI 90 %, ejection fraction 60 %
keep vein open
do not use the port
do not infuse too fast
stop the infusion at the first sign of pain
dose held constant
omit the loading dose
full blood count seen
given by nurse A in cycle 1
""".strip().splitlines()
"""Remarks as they stand on a ward."""
CHAPTER = {id for id, rule in RULES.items() if rule.module == "remarks"}


def told_of(path: str, words: str) -> set[str]:
    order = changed(sound(), {path: words})
    return {one.rule for one in checked(order, asked("haic-folfox")).findings} & CHAPTER


@pytest.mark.parametrize("path", ["oxaliplatin.comment", "comment"])
@pytest.mark.parametrize("words", HARMLESS)
def test_a_harmless_remark_of_a_ward_stops_nothing(words, path):
    assert told_of(path, words) == set()


@pytest.mark.parametrize("words", ["leucovorin by a peripheral vein", "hold if fever", "glucose 5 %", "full dose"])
def test_a_harmless_remark_stops_no_line_of_another_route_either(words):
    assert told_of("leucovorin.comment", words) == set()


@pytest.mark.parametrize(
    "words",
    [
        "oxaliplatin 141 mg in 278 mL glucose 5 % over 4 h at 69.5 mL/h by the hepatic artery catheter",
        "oxaliplatin 85 mg/m² × 1.66 m² = 141 mg",
        "141 mg oxaliplatin over 4 h with leucovorin IV",
        "141 mg, protect from light, 2 vials of 100 mg",
        "141 mg in 250 mL, 4 h, before fluorouracil",
        "141 mg oxaliplatin, leucovorin beside it IV",
        "oxaliplatin 141 mg (100 %) HAI over 4 h, flush the vein; then fluorouracil",
    ],
)
def test_a_line_that_is_written_in_full_is_stopped_by_no_rule_of_words(words):
    assert told_of("oxaliplatin.written", words) == set()


@pytest.mark.parametrize(
    "words",
    [
        "half dose today",
        "do NOT give",
        "hold chemotherapy",
        "reduce all drugs by 20 %",
        "all drugs at 80 %",
        "not today",
    ],
)
def test_what_a_remark_on_the_order_says_of_no_drug_by_name_it_says_of_each(words):
    found = checked(changed(sound(), {"comment": words}), asked("haic-folfox")).findings
    assert len([one for one in found if one.rule in CHAPTER]) == 3


def test_a_share_that_a_remark_on_the_order_names_may_be_that_of_any_line():
    order = changed(sound(), {"comment": "80 % of the dose", **EIGHTY})
    found = checked(order, asked("haic-folfox")).findings
    assert "remark-on-order-and-share" not in {one.rule for one in found}


def test_a_withheld_drug_of_several_is_each_of_them():
    assert [remarks.withheld("hold leucovorin and fluorouracil", one) for one in ("leucovorin", "oxaliplatin")] == [
        True,
        False,
    ]


def test_a_drug_that_is_left_out_may_be_called_so():
    left_out = {"oxaliplatin.*": None, "oxaliplatin.drug": "oxaliplatin", "oxaliplatin.share": 0.0}
    order = changed(sound(), {**left_out, "oxaliplatin.comment": "omit oxaliplatin"})
    assert "remark-withholds" not in {one.rule for one in checked(order, asked("haic-folfox")).findings}


def test_a_rule_of_notation_says_what_has_been_misread_what_to_write_and_which_hazards_it_controls():
    rule = RULES["notation-naked-point"]
    assert (rule.message, rule.advice, rule.hazards) == (
        "a decimal point without a zero before it: .5 has been read as 5", "Write 0.5 mg, not .5 mg.", ("H11", "H18"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ what free words name

SHARES = [
    ("increase by 20 %", [120], [120]), ("increase the dose to 120 %", [120], [120]), ("dose raised by 25 %", [125], [125]),
    ("raise oxaliplatin by 10 %", [110], []), ("escalate oxaliplatin by 10 %", [110], []), ("oxaliplatin increased by 12,5 %", [112.5], []),
    ("dose escalated to 110 %", [110], [110]), ("oxaliplatin by 30 %", [70], []), ("lower oxaliplatin to 60 %", [60], []),
    ("dose reduction of 20 %", [80], [80]), ("dose decrease: 20 %", [80], [80]), ("20 % dose reduction", [80], [80]),
    ("20 % reduction of the dose", [80], [80]), ("25% decrease in oxaliplatin", [75], []), ("dose: 80 %", [80], [80]),
    ("dosage 75%", [75], [75]), ("75 % of oxaliplatin", [75], []), ("80 % oxaliplatin", [80], []), ("half oxaliplatin", [50], []),
    ("double oxaliplatin", [200], []), ("halve the dose", [50], [50]), ("double the dose", [200], [200]), ("triple it", [300], [300]),
    ("dose halved", [50], [50]), ("oxaliplatin doubled", [200], []), ("three quarters of the dose", [75], [75]),
    ("three-quarters of the dose", [75], [75]), ("reduce oxaliplatin by 20 % and leucovorin by 10 %", [80], [90]),
    ("oxaliplatin 80 % and leucovorin 90 %", [80], [90]), ("oxaliplatin at 80 %; oxaliplatin at 60 %", [80, 60], []),
    ("reduce dose by 20 %, then give 80 %", [80], [80]), ("oxaliplatin and leucovorin 80 %", [80], [80]),
    ("as last cycle 80 % of the dose", [80], [80]),
]  # fmt: skip
"""Remarks, and the shares in percent that they name of oxaliplatin and of leucovorin."""
OVER = [
    ("oxaliplatin 2 h infusion", [2], []), ("oxaliplatin 2 h-infusion", [2], []), ("oxaliplatin 2 h Infusion", [2], []),
    ("oxaliplatin, 2 h", [2], []), ("oxaliplatin: 2 h", [2], []), ("oxaliplatin (2 h)", [2], []), ("oxaliplatin seen 2 h", [], []),
    ("oxaliplatin 2 h. leucovorin 3 h", [2], [3]), ("oxaliplatin 4 h, oxaliplatin 6 h, leucovorin 2 h", [4, 6], [2]),
    ("oxaliplatin, leucovorin, fluorouracil over 5 h", [], []), ("leucovorin well; oxaliplatin 2 h", [2], []),
]  # fmt: skip
"""Remarks, and the hours over which they say that oxaliplatin and leucovorin run."""


@pytest.mark.parametrize(("words", "oxaliplatin", "leucovorin"), SHARES)
def test_the_shares_that_a_remark_names_are_those_of_the_drug_that_it_names(words, oxaliplatin, leucovorin):
    named = [list(phrases.shares(words, drug)) for drug in ("oxaliplatin", "leucovorin")]
    assert named == [oxaliplatin, leucovorin]


@pytest.mark.parametrize(("words", "oxaliplatin", "leucovorin"), OVER)
def test_the_times_that_a_remark_names_are_those_of_the_drug_that_it_names(words, oxaliplatin, leucovorin):
    assert [list(phrases.hours_of(words, drug)) for drug in ("oxaliplatin", "leucovorin")] == [oxaliplatin, leucovorin]


@pytest.mark.parametrize("why", ["due to", "because of", "owing to", "on account of", "in view of"])
def test_a_drug_is_withheld_whatever_the_reason_is_called(why):
    assert phrases.withheld(f"hold oxaliplatin {why} neutropenia", "oxaliplatin")
