"""Rules at their limits: route, time, rate and what is in the bag."""

from __future__ import annotations

import dataclasses

import pytest

from dosewright.orders.rules import administration
from dosewright.orders.rules.preparation import diluent_of, known_diluent
from dosewright.protocol.model import Start

from .rulings import MINUTE, NINE, NOTHING, Case, asked, changed, checked, fired, name, passed, sound
from .ward import undecided

# fmt: off
OVER = {"oxaliplatin.over": 4.0}
MIDNIGHT = NINE - 9
SECOND = 1 / 3600
ROUTE_AND_TIME = [
    Case("route-impossible", {"oxaliplatin.route": "oral"}, {"oxaliplatin.route": "intravenous"}, "refuse · oxaliplatin.route · oral · hepatic intra-arterial or intravenous · label"),
    Case("route-impossible", {"fluorouracil.route": "intrathecal"}, NOTHING, "refuse · fluorouracil.route · intrathecal · hepatic intra-arterial or intravenous · label"),
    Case("route-impossible", {"oxaliplatin.route": "Oral"}, {"oxaliplatin.route": "by the pump"}, "refuse · oxaliplatin.route · Oral · hepatic intra-arterial or intravenous · label"),
    Case("route-impossible", {"oxaliplatin.route": "intrathecal"}, {"oxaliplatin.route": "IV"}, "refuse · oxaliplatin.route · intrathecal · hepatic intra-arterial or intravenous · label"),
    Case("route-otherwise", {"oxaliplatin.route": "HAI"}, {"oxaliplatin.route": "hepatic intra-arterial"}, "blocks-release · oxaliplatin.route · HAI · hepatic intra-arterial · methods"),
    Case("route-otherwise", {"leucovorin.route": "IV"}, {"leucovorin.route": "Intravenous"}, "blocks-release · leucovorin.route · IV · intravenous · methods"),
    Case("route-otherwise", {"oxaliplatin.route": "by the pump"}, {"oxaliplatin.route": "oral"}, "blocks-release · oxaliplatin.route · by the pump · hepatic intra-arterial · methods"),
    Case("route", {"oxaliplatin.route": "i.v."}, {"oxaliplatin.route": "HAI"}, "refuse · oxaliplatin.route · i.v. · hepatic intra-arterial · methods"),
    Case("route", {"leucovorin.route": "IA"}, {"leucovorin.route": "IV"}, "refuse · leucovorin.route · IA · intravenous · methods"),
    Case("route", {"oxaliplatin.route": "intravenous"}, {"oxaliplatin.route": "hepatic intra-arterial"}, "refuse · oxaliplatin.route · intravenous · hepatic intra-arterial · methods"),
    Case("route", {"leucovorin.route": "hepatic intra-arterial"}, {"leucovorin.route": "oral"}, "refuse · leucovorin.route · hepatic intra-arterial · intravenous · methods"),
    Case("line-and-route", {"oxaliplatin.line": "peripheral vein"}, {"oxaliplatin.line": "port"}, "refuse · oxaliplatin.line · peripheral vein, hepatic intra-arterial · a line of that route · site policy"),
    Case("line-and-route", {"leucovorin.line": "hepatic artery catheter"}, {"leucovorin.line": "peripheral vein"}, "refuse · leucovorin.line · hepatic artery catheter, intravenous · a line of that route · site policy"),
    Case("line-and-route", {"oxaliplatin.route": "IV"}, {"oxaliplatin.route": "HAI"}, "refuse · oxaliplatin.line · hepatic artery catheter, IV · a line of that route · site policy"),
    Case("line-unnamed", {"oxaliplatin.line": None}, NOTHING, "warning · oxaliplatin.line · unknown · a line of the site · site policy"),
    Case("line-unknown", {"oxaliplatin.line": "port"}, {"oxaliplatin.line": "peripheral vein"}, "warning · oxaliplatin.line · port · a line of the site · site policy"),
    Case("duration", {"oxaliplatin.over": 4.03}, {"oxaliplatin.over": 4.02}, "refuse · oxaliplatin.over · 4.03 h · 4 h · methods"),  # 0.5 % of 4 h: 0.02 h
    Case("duration", {"oxaliplatin.over": 3.97}, {"oxaliplatin.over": 3.98}, "refuse · oxaliplatin.over · 3.97 h · 4 h · methods"),
    Case("duration", {"oxaliplatin.over": 4.021}, {"oxaliplatin.over": 4.02}, "refuse · oxaliplatin.over · 4.021 h · 4 h · methods"),
    Case("duration", {"oxaliplatin.over": 3.979}, {"oxaliplatin.over": 3.98}, "refuse · oxaliplatin.over · 3.979 h · 4 h · methods"),
    Case("duration", {"oxaliplatin.over": 0.4}, OVER, "refuse · oxaliplatin.over · 0.4 h · 4 h · methods · look for a decimal point"),
    Case("duration", {"oxaliplatin.over": 40.0}, OVER, "refuse · oxaliplatin.over · 40 h · 4 h · methods · look for a decimal point"),
    Case("duration", {"oxaliplatin.over": 96.0}, OVER, "refuse · oxaliplatin.over · 96 h · 4 h · methods · look for days taken for hours"),
    Case("duration", {"oxaliplatin.over": 4 / 24}, OVER, "refuse · oxaliplatin.over · 0.1667 h · 4 h · methods · look for days taken for hours"),
    Case("duration", {"oxaliplatin.over": 240.0}, OVER, "refuse · oxaliplatin.over · 240 h · 4 h · methods · look for minutes"),
    Case("duration", {"oxaliplatin.over": 4 * MINUTE}, OVER, "refuse · oxaliplatin.over · 0.0667 h · 4 h · methods · look for minutes"),
    Case("duration", {"oxaliplatin.over": 20.0}, OVER, "refuse · oxaliplatin.over · 20 h · 4 h · methods · that is the duration of fluorouracil"),
    Case("duration", {"oxaliplatin.over": 2.0}, OVER, "refuse · oxaliplatin.over · 2 h · 4 h · methods · that is the duration of leucovorin"),
    Case("times-and-duration", {"oxaliplatin.end": NINE + 4 + 2 * MINUTE}, {"oxaliplatin.end": NINE + 4 + MINUTE}, "blocks-release · oxaliplatin.end · 4.0333 h · 4 h · by definition"),
    Case("times-and-duration", {"oxaliplatin.end": NINE + 4 - 2 * MINUTE}, {"oxaliplatin.end": NINE + 4 - MINUTE}, "blocks-release · oxaliplatin.end · 3.9667 h · 4 h · by definition"),
    Case("times-and-duration", {"oxaliplatin.end": NINE + 4 + 61 / 3600}, {"oxaliplatin.end": NINE + 4 + MINUTE}, "blocks-release · oxaliplatin.end · 4.0169 h · 4 h · by definition"),
    Case("too-fast", {"leucovorin.dose": 19201.0}, {"leucovorin.dose": 19200.0}, "refuse · leucovorin.over · 9,600.5 mg/h · at most 9,600 mg/h · label-leucovorin"),  # 160 mg/min
    Case("too-fast", {"leucovorin.over": 0.03}, {"leucovorin.over": 0.04}, "refuse · leucovorin.over · 11,066.7 mg/h · at most 9,600 mg/h · label-leucovorin"),
    # the day begins at 16:00 UTC of the day before, which is midnight in Shanghai
    Case("date-of-line", {"oxaliplatin.start": MIDNIGHT - MINUTE}, {"oxaliplatin.start": MIDNIGHT}, "blocks-release · oxaliplatin.start · 2026-11-22 23:59+08:00 · on the day of treatment · by definition"),
    Case("date-of-line", {"oxaliplatin.start": MIDNIGHT + 24}, {"oxaliplatin.start": MIDNIGHT + 24 - SECOND}, "blocks-release · oxaliplatin.start · 2026-11-24 00:00+08:00 · on the day of treatment · by definition"),
    Case("date-of-line", {"fluorouracil.start": MIDNIGHT - MINUTE}, {"fluorouracil.start": MIDNIGHT}, "blocks-release · fluorouracil.start · 2026-11-22 23:59+08:00 · on the day of treatment · by definition"),
    Case("date-of-line", {"fluorouracil.start": MIDNIGHT + 48}, {"fluorouracil.start": MIDNIGHT + 48 - SECOND}, "blocks-release · fluorouracil.start · 2026-11-25 00:00+08:00 · on the day of treatment · by definition"),  # it follows another
]
# 278.2 mL: 24 times that in 4 h is 1,669.2 mL/h, give or take a tenth; and a 24th of it 2.898 mL/h
RATE = [
    Case("rate-per-day", {"oxaliplatin.rate": 1836.1}, {"oxaliplatin.rate": 1836.2}, "refuse · oxaliplatin.rate · 1,836.1 mL/h for 4 h gives 7,344.4 mL · 278.2 mL · by definition"),
    Case("rate-per-day", {"oxaliplatin.rate": 1502.3}, {"oxaliplatin.rate": 1502.2}, "refuse · oxaliplatin.rate · 1,502.3 mL/h for 4 h gives 6,009.2 mL · 278.2 mL · by definition"),
    Case("rate-per-day", {"oxaliplatin.rate": 3.18}, {"oxaliplatin.rate": 3.19}, "refuse · oxaliplatin.rate · 3.18 mL/h for 4 h gives 12.72 mL · 278.2 mL · by definition"),
    Case("rate-per-day", {"oxaliplatin.rate": 2.61}, {"oxaliplatin.rate": 2.60}, "refuse · oxaliplatin.rate · 2.61 mL/h for 4 h gives 10.44 mL · 278.2 mL · by definition"),
    # 69.55 mL/h, give or take what rounding to whole mL/h makes: 69.05 to 70.05
    Case("rate", {"oxaliplatin.rate": 70.051}, {"oxaliplatin.rate": 70.05}, "refuse · oxaliplatin.rate · 70.051 mL/h for 4 h gives 280.2 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 69.049}, {"oxaliplatin.rate": 69.05}, "refuse · oxaliplatin.rate · 69.049 mL/h for 4 h gives 276.2 mL · 278.2 mL · by definition"),
    # half a mL per hour, though the doubles of 64.025 × 4 and 254.1 lie a hair further apart
    Case("rate", {"oxaliplatin.rate": 64.03}, {"oxaliplatin.rate": 64.025}, "refuse · oxaliplatin.rate · 64.03 mL/h for 4 h gives 256.12 mL · 254.1 mL · by definition", always={"oxaliplatin.volume": 254.1}),
    Case("rate", {"oxaliplatin.rate": 71.0}, {"oxaliplatin.rate": 70.0}, "refuse · oxaliplatin.rate · 71 mL/h for 4 h gives 284 mL · 278.2 mL · by definition"),
    # of 60 mL in 4 h, 15 mL/h, half a mL per hour is more than 2.5 %: 14.625 to 15.375; and of 600 mL 0.5 % more than half a mL
    Case("rate", {"oxaliplatin.rate": 15.38}, {"oxaliplatin.rate": 15.37}, "refuse · oxaliplatin.rate · 15.38 mL/h for 4 h gives 61.52 mL · 60 mL · by definition", always={"oxaliplatin.volume": 60.0}),
    Case("rate", {"oxaliplatin.rate": 14.62}, {"oxaliplatin.rate": 14.63}, "refuse · oxaliplatin.rate · 14.62 mL/h for 4 h gives 58.48 mL · 60 mL · by definition", always={"oxaliplatin.volume": 60.0}),
    Case("rate", {"oxaliplatin.rate": 150.76}, {"oxaliplatin.rate": 150.75}, "refuse · oxaliplatin.rate · 150.76 mL/h for 4 h gives 603.04 mL · 600 mL · by definition", always={"oxaliplatin.volume": 600.0}),
    Case("rate", {"oxaliplatin.rate": 149.24}, {"oxaliplatin.rate": 149.25}, "refuse · oxaliplatin.rate · 149.24 mL/h for 4 h gives 596.96 mL · 600 mL · by definition", always={"oxaliplatin.volume": 600.0}),
    Case("rate", {"oxaliplatin.rate": 1836.2}, {"oxaliplatin.rate": 1836.1}, "refuse · oxaliplatin.rate · 1,836.2 mL/h for 4 h gives 7,344.8 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 2.60}, {"oxaliplatin.rate": 2.61}, "refuse · oxaliplatin.rate · 2.6 mL/h for 4 h gives 10.4 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 63.1}, {"oxaliplatin.rate": 63.0}, "refuse · oxaliplatin.rate · 63.1 mL/h for 4 h gives 252.4 mL · 250 mL · by definition", always={"oxaliplatin.volume": 250.0}),
    Case("rate", {"oxaliplatin.rate": 61.9}, {"oxaliplatin.rate": 62.0}, "refuse · oxaliplatin.rate · 61.9 mL/h for 4 h gives 247.6 mL · 250 mL · by definition", always={"oxaliplatin.volume": 250.0}),
]


def starts(drug: str, hours: float) -> dict[str, float]:
    return {f"{drug}.start": NINE + hours}


def decided(start: str) -> dict[str, object]:
    """The change of the protocol by which leucovorin starts as said."""
    return {"components.1.start": {"is": start, "from": "methods"}}


SEQUENCE = [
    Case("sequence", starts("leucovorin", -2 * MINUTE), starts("leucovorin", -MINUTE), "blocks-release · oxaliplatin.start · 2026-11-23 09:00+08:00 · first · methods"),
    Case("sequence", starts("leucovorin", -2 * MINUTE), starts("leucovorin", -MINUTE), "blocks-release · leucovorin.start · 2026-11-23 08:58+08:00 · with oxaliplatin · site"),
    Case("sequence", starts("leucovorin", 2 * MINUTE), starts("leucovorin", MINUTE), "blocks-release · leucovorin.start · 2026-11-23 09:02+08:00 · with oxaliplatin · site"),
    Case("sequence", starts("fluorouracil", 4 - 2 * MINUTE), starts("fluorouracil", 4 - MINUTE), "blocks-release · fluorouracil.start · 2026-11-23 12:58+08:00 · after oxaliplatin · methods"),
    Case("sequence", starts("fluorouracil", 3.0), starts("fluorouracil", 5.0), "blocks-release · fluorouracil.start · 2026-11-23 12:00+08:00 · after oxaliplatin · methods"),
    Case("start-late", starts("fluorouracil", 16.0), starts("fluorouracil", 16.0 - SECOND), "warning · fluorouracil.start · 2026-11-24 01:00+08:00 · after oxaliplatin, within half a day of its end · plausibility"),
    Case("start-late", starts("fluorouracil", 28.0), starts("fluorouracil", 4.0), "warning · fluorouracil.start · 2026-11-24 13:00+08:00 · after oxaliplatin, within half a day of its end · plausibility"),
    Case("start-late", starts("leucovorin", 16.0), starts("leucovorin", 16.0 - MINUTE), "warning · leucovorin.start · 2026-11-24 01:00+08:00 · between oxaliplatin and fluorouracil, within half a day of its end · plausibility", protocol=decided("between oxaliplatin and fluorouracil")),
    # where nobody has decided, it may start with fluorouracil too, whenever that is
    Case("start-late", starts("leucovorin", 16.0), starts("leucovorin", 16.0), "warning · leucovorin.start · 2026-11-24 01:00+08:00 · between oxaliplatin and fluorouracil, within half a day of its end · plausibility", protocol=decided("between oxaliplatin and fluorouracil"), protocol_inside={}, site_inside=dict(undecided("leucovorin.start"))),
    Case("sequence", starts("leucovorin", 4 - 2 * MINUTE), starts("leucovorin", 4 - MINUTE), "blocks-release · leucovorin.start · 2026-11-23 12:58+08:00 · between oxaliplatin and fluorouracil · methods", always=starts("fluorouracil", 7.0), protocol=decided("between oxaliplatin and fluorouracil")),
    Case("sequence", starts("leucovorin", 4 + 2 * MINUTE), starts("leucovorin", 4 + MINUTE), "blocks-release · leucovorin.start · 2026-11-23 13:02+08:00 · between oxaliplatin and fluorouracil · methods", always=starts("fluorouracil", 6.0), protocol=decided("between oxaliplatin and fluorouracil")),
    Case("sequence", starts("leucovorin", 4 + 2 * MINUTE), starts("leucovorin", 4 + MINUTE), "blocks-release · leucovorin.start · 2026-11-23 13:02+08:00 · with fluorouracil · methods", protocol=decided("with fluorouracil")),
    Case("sequence", starts("leucovorin", 4 - 2 * MINUTE), starts("leucovorin", 4 - MINUTE), "blocks-release · leucovorin.start · 2026-11-23 12:58+08:00 · with fluorouracil · methods", protocol=decided("with fluorouracil")),
    Case("overlap", starts("fluorouracil", 4 - MINUTE), starts("fluorouracil", 4.0), "refuse · fluorouracil.line · hepatic artery catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin"),
    # it is told once, of the line that starts later; of two that start together, of the one that stands later
    Case("overlap", starts("fluorouracil", 4 - MINUTE), starts("fluorouracil", 4.0), "refuse · fluorouracil.line · Hepatic Artery Catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin", always={"fluorouracil.line": "Hepatic Artery Catheter"}),
    Case("line-and-route", {"oxaliplatin.line": "PERIPHERAL VEIN"}, {"oxaliplatin.line": "HEPATIC ARTERY CATHETER"}, "refuse · oxaliplatin.line · PERIPHERAL VEIN, hepatic intra-arterial · a line of that route · site policy"),
    Case("overlap", starts("fluorouracil", -20 + MINUTE), starts("fluorouracil", -20.0), "refuse · oxaliplatin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", -MINUTE), starts("fluorouracil", 0.0), "refuse · oxaliplatin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", 0.0), starts("fluorouracil", -MINUTE), "refuse · fluorouracil.line · hepatic artery catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", 0.0), {**starts("fluorouracil", 0.0), "fluorouracil.line": "port"}, "refuse · fluorouracil.line · hepatic artery catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", -1.0), {**starts("fluorouracil", -1.0), "leucovorin.line": "peripheral vein"}, "refuse · leucovorin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-leucovorin", always={"leucovorin.line": "hepatic artery catheter"}),
    # it starts before oxaliplatin, and after leucovorin
    Case("overlap", {"leucovorin.line": "hepatic artery catheter"}, {"leucovorin.line": "peripheral vein"}, "refuse · fluorouracil.line · hepatic artery catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin", always={**starts("leucovorin", -2.0), **starts("fluorouracil", -1.0)}),
    Case("overlap", starts("fluorouracil", -1.0), NOTHING, "refuse · leucovorin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-leucovorin", always={"leucovorin.line": "hepatic artery catheter"}),  # beside oxaliplatin, which it may meet
]
PREPARATION = [
    Case("diluent", {"oxaliplatin.diluent": "sodium chloride 0.9%"}, {"oxaliplatin.diluent": "D5W"}, "refuse · oxaliplatin.diluent · sodium chloride 0.9% · glucose 5% · label-oxaliplatin"),
    Case("diluent", {"oxaliplatin.diluent": "normal  saline"}, {"oxaliplatin.diluent": "5%  Dextrose"}, "refuse · oxaliplatin.diluent · normal  saline · glucose 5% · label-oxaliplatin"),
    Case("diluent", {"leucovorin.diluent": "Water for injection"}, {"leucovorin.diluent": "NS"}, "refuse · leucovorin.diluent · Water for injection · glucose 5% or sodium chloride 0.9% · label-leucovorin"),
    Case("diluent", {"oxaliplatin.diluent": "lactated Ringer's"}, {"oxaliplatin.diluent": "the usual fluid"}, "refuse · oxaliplatin.diluent · lactated Ringer's · glucose 5% · label-oxaliplatin"),
    Case("diluent", {"oxaliplatin.diluent": "glucose 5% with sodium chloride 0.9%"}, {"oxaliplatin.diluent": "the usual"}, "refuse · oxaliplatin.diluent · glucose 5% with sodium chloride 0.9% · glucose 5% · label-oxaliplatin"),
    Case("diluent-otherwise", {"oxaliplatin.diluent": "the usual fluid"}, {"oxaliplatin.diluent": "glucose 5 %"}, "blocks-release · oxaliplatin.diluent · the usual fluid · glucose 5% · label-oxaliplatin"),
    Case("diluent-otherwise", {"leucovorin.diluent": "the usual"}, {"leucovorin.diluent": "water for injection"}, "blocks-release · leucovorin.diluent · the usual · glucose 5% or sodium chloride 0.9% · label-leucovorin"),
    Case("diluent-otherwise", {"oxaliplatin.diluent": "water"}, {"oxaliplatin.diluent": "sodium chloride 0.9%"}, "blocks-release · oxaliplatin.diluent · water · glucose 5% · label-oxaliplatin"),
    # 140 mg in 700 mL are exactly 0.2 mg/mL, in 200 mL exactly 0.7
    Case("concentration", {"oxaliplatin.volume": 700.1}, {"oxaliplatin.volume": 700.0}, "blocks-release · oxaliplatin.concentration · 0.19997 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.dose": 140.0}),
    Case("concentration", {"oxaliplatin.volume": 199.9}, {"oxaliplatin.volume": 200.0}, "blocks-release · oxaliplatin.concentration · 0.70035 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.dose": 140.0}),
    Case("concentration", {"oxaliplatin.concentration": 0.1999}, {"oxaliplatin.concentration": 0.2}, "blocks-release · oxaliplatin.concentration · 0.1999 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.volume": None}),
    Case("concentration", {"oxaliplatin.concentration": 0.7001}, {"oxaliplatin.concentration": 0.7}, "blocks-release · oxaliplatin.concentration · 0.7001 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.volume": None}),
    # 141 mg ÷ 278.2 mL = 0.506830 mg/mL, give or take what rounding to two decimals makes: 0.501830 to 0.511830
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.5119}, {"oxaliplatin.concentration": 0.5118}, "blocks-release · oxaliplatin.concentration · 0.5119 mg/mL · 0.50683 mg/mL · by definition"),
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.5018}, {"oxaliplatin.concentration": 0.5019}, "blocks-release · oxaliplatin.concentration · 0.5018 mg/mL · 0.50683 mg/mL · by definition"),
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.5}, {"oxaliplatin.concentration": 0.51}, "blocks-release · oxaliplatin.concentration · 0.5 mg/mL · 0.50683 mg/mL · by definition"),
    # of 0.1 mg/mL 2.5 % is less than a half of the second decimal: 0.0975 to 0.1025; and 0.5 % of 2 mg/mL is more
    # half a hundredth, though the doubles of 0.965 and 120 ÷ 125 lie a hair further apart
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.9651}, {"oxaliplatin.concentration": 0.965}, "blocks-release · oxaliplatin.concentration · 0.9651 mg/mL · 0.96 mg/mL · by definition", always={"oxaliplatin.dose": 120.0, "oxaliplatin.volume": 125.0}),
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.1026}, {"oxaliplatin.concentration": 0.1025}, "blocks-release · oxaliplatin.concentration · 0.1026 mg/mL · 0.1 mg/mL · by definition", always={"oxaliplatin.volume": 1410.0}),
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.0974}, {"oxaliplatin.concentration": 0.0975}, "blocks-release · oxaliplatin.concentration · 0.0974 mg/mL · 0.1 mg/mL · by definition", always={"oxaliplatin.volume": 1410.0}),
    Case("concentration-wrong", {"oxaliplatin.concentration": 2.0101}, {"oxaliplatin.concentration": 2.01}, "blocks-release · oxaliplatin.concentration · 2.0101 mg/mL · 2 mg/mL · by definition", always={"oxaliplatin.volume": 70.5}),
    Case("concentration-wrong", {"oxaliplatin.concentration": 1.9899}, {"oxaliplatin.concentration": 1.99}, "blocks-release · oxaliplatin.concentration · 1.9899 mg/mL · 2 mg/mL · by definition", always={"oxaliplatin.volume": 70.5}),
    Case("diluent-other", {"fluorouracil.diluent": "NaCl 0.9 %"}, {"fluorouracil.diluent": "D5W"}, "warning · fluorouracil.diluent · NaCl 0.9 % · glucose 5% · site policy"),
    Case("diluent-other", {"fluorouracil.diluent": "sodium chloride 0.9%"}, {"fluorouracil.diluent": "potassium chloride 15%"}, "warning · fluorouracil.diluent · sodium chloride 0.9% · glucose 5% · site policy"),
    Case("diluent-strange", {"fluorouracil.diluent": "potassium chloride 15%"}, {"fluorouracil.diluent": "sodium chloride 0.9%"}, "refuse · fluorouracil.diluent · potassium chloride 15% · glucose 5% · site policy"),
    Case("diluent-strange", {"fluorouracil.diluent": "water"}, {"fluorouracil.diluent": "Ringer"}, "refuse · fluorouracil.diluent · water · Ringer · site policy", site={"preparation.fluorouracil.diluent": "Ringer"}),
    Case("diluent-strange", {"fluorouracil.diluent": "glucose 50%"}, {"fluorouracil.diluent": "dextrose 5 %"}, "refuse · fluorouracil.diluent · glucose 50% · glucose 5% · site policy"),
    Case("diluent-strange", {"fluorouracil.diluent": "water for injection"}, {"fluorouracil.diluent": "5% glucose"}, "refuse · fluorouracil.diluent · water for injection · glucose 5% · site policy"),
    # 250 mL and 141 mg of 5 mg/mL are 278.2 mL; a quarter more is 347.75 mL
    Case("volume-too-large", {"oxaliplatin.volume": 347.76}, {"oxaliplatin.volume": 347.75}, "refuse · oxaliplatin.volume · 347.76 mL · 250 mL and the volume of the drug: 278.2 mL · by definition"),
    Case("volume-too-large", {"oxaliplatin.volume": 2782.0}, {"oxaliplatin.diluent_volume": None}, "refuse · oxaliplatin.volume · 2,782 mL · 250 mL and the volume of the drug: 278.2 mL · by definition"),
    Case("rate-without-volume", {"oxaliplatin.volume": None}, {"oxaliplatin.volume": None, "oxaliplatin.concentration": 0.507}, "blocks-release · oxaliplatin.volume · 69.5 mL/h · the final volume that it is to give · by definition", always={"oxaliplatin.concentration": None}),
    Case("rate-without-volume", {"oxaliplatin.volume": None}, {"oxaliplatin.volume": None, "oxaliplatin.rate": None}, "blocks-release · oxaliplatin.volume · 69.5 mL/h · the final volume that it is to give · by definition", always={"oxaliplatin.concentration": None}),
    # without the volume, dose and concentration make it: 141 mg at 0.5 mg/mL are 282 mL
    Case("rate", {"oxaliplatin.rate": 80.0}, {"oxaliplatin.rate": 70.5}, "refuse · oxaliplatin.rate · 80 mL/h for 4 h gives 320 mL · 282 mL · by definition", always={"oxaliplatin.volume": None, "oxaliplatin.concentration": 0.5}),
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.6}, {"oxaliplatin.concentration": None, "oxaliplatin.volume": None}, "blocks-release · oxaliplatin.concentration · 0.6 mg/mL · 0.50683 mg/mL · by definition"),
    Case("volume-too-small", {"oxaliplatin.volume": 249.9}, {"oxaliplatin.volume": 250.0}, "refuse · oxaliplatin.volume · 249.9 mL · at least 250 mL · by definition"),
    Case("bag-not-stocked", {"oxaliplatin.diluent_volume": 251.0}, {"oxaliplatin.diluent_volume": 250.0}, "warning · oxaliplatin.diluent_volume · 251 mL · 250 or 500 mL · site policy"),
    Case("bag-not-stocked", {"oxaliplatin.diluent_volume": 1001.01}, {"oxaliplatin.diluent_volume": 1000.9999999999999}, "warning · oxaliplatin.diluent_volume · 1,001.01 mL · 1,001 mL · site policy", site={"preparation.oxaliplatin.stocked": ["1001 mL"]}),  # 1.001 L as they are read
    Case("bag-not-stocked", {"oxaliplatin.diluent_volume": 499.0}, {"oxaliplatin.diluent_volume": 500.0}, "warning · oxaliplatin.diluent_volume · 499 mL · 250 or 500 mL · site policy"),
    Case("form-and-dose", {"leucovorin.form": "levoleucovorin"}, {"leucovorin.form": "racemic leucovorin"}, "refuse · leucovorin.form · levoleucovorin · leucovorin · gercor-c96.1"),
    Case("form", {"leucovorin.form": "Levoleucovorin"}, {"leucovorin.form": "Racemic leucovorin"}, "refuse · leucovorin.form · Levoleucovorin · racemic leucovorin · site"),
    Case("form", {"leucovorin.form": "levoleucovorin"}, {"leucovorin.form": "racemic leucovorin"}, "refuse · leucovorin.form · levoleucovorin · racemic leucovorin · site"),
]
CASES = [*ROUTE_AND_TIME, *RATE, *SEQUENCE, *PREPARATION]
# fmt: on


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_outside_its_limit_a_rule_fires_and_says_what_was_measured_and_what_is_allowed(case):
    assert fired(case) == [case.told]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_just_inside_its_limit_a_rule_is_checked_and_silent(case):
    assert passed(case)


@pytest.mark.parametrize(
    "start", ["with nothing", "after nothing", "between nothing and fluorouracil", "between oxaliplatin and nothing"]
)
def test_a_start_beside_a_line_that_nobody_gives_is_not_told_as_wrong(start):
    against = asked("haic-folfox")
    lines = tuple(dataclasses.replace(line, starts=(Start.read(start),)) for line in against.lines)
    found = checked(sound(), dataclasses.replace(against, lines=lines))
    assert [one.where for one in found.findings if one.rule == "sequence"] == []


ODD = {"dose": 123.4, "over": 3.0, "start": NINE + 30, "form": "another"}
BLANK = ("line", "diluent", "volume", "concentration", "form")


@pytest.mark.parametrize(
    ("says", "rules"),
    [
        ({"routes": frozenset()}, {"route"}), ({"over": None}, {"duration"}), ({"starts": ()}, {"sequence", "start-late"}),
        ({"fastest": None}, {"too-fast"}), ({"incompatible": frozenset()}, {"overlap", "line-unnamed"}),
        ({"diluents": frozenset()}, {"diluent", "diluent-otherwise", "diluent-unknown"}), ({"least": None}, {"concentration"}),
        ({"least": None}, {"volume-unknown"}), ({"stocked": frozenset()}, {"bag-not-stocked"}), ({"step": None}, {"dose-step"}),
        ({"forms": frozenset()}, {"form", "form-unknown"}), ({"unlike_forms": frozenset()}, {"form-and-dose"}),
        ({"limit": None}, {"above-limit"}), ({"cap": None}, {"above-cap"}), ({"most_per_m2": None}, {"above-per-area"}),
        ({"most_per_day": None}, {"above-per-day"}), ({"most_per_cycle": None}, {"above-per-cycle"}),
        ({"doses": frozenset()}, {"dose-band"}), ({"bands": ()}, {"dose-other-band"}),
    ],
)  # fmt: skip
def test_where_protocol_site_and_label_say_nothing_nothing_is_held_against_it(says, rules):
    against = asked("haic-folfox")
    lines = tuple(dataclasses.replace(line, **says) for line in against.lines)
    odd = {f"{line.key}.{name}": value for line in lines for name, value in ODD.items()}
    blank = {f"{line.key}.{name}": None for line in lines for name in BLANK}
    for changes in (odd, odd | blank):
        found = checked(changed(sound(), changes), dataclasses.replace(against, lines=lines))
        assert {one.rule for one in (*found.findings, *found.not_checked)} & rules == set()


@pytest.mark.parametrize("minute", range(60))
def test_half_a_day_is_half_a_day_at_every_minute_of_the_hour(minute):
    first = NINE + minute / 60
    order = sound() | {"oxaliplatin.start": first, "fluorouracil.start": NINE + (minute + 960) / 60}
    found = checked(order, asked("haic-folfox")).findings
    assert "start-late" in {one.rule for one in found}


@pytest.mark.parametrize("minute", range(60))
def test_a_minute_is_a_minute_at_every_minute_of_the_hour(minute):
    start, end = NINE + minute / 60, NINE + 4 + (minute + 1) / 60  # each a double of its own
    order = sound() | {"oxaliplatin.start": start, "oxaliplatin.end": end}
    found = checked(order, asked("haic-folfox")).findings
    assert "times-and-duration" not in {one.rule for one in found}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("D5W", "glucose 5%"), ("g5", "glucose 5%"), ("5% dextrose in water", "glucose 5%"), ("Glucose 5  %", "glucose 5%"),
        ("glucose (5%)", "glucose 5%"), ("glucose, 5% in water", "glucose 5%"), ("5% glucose", "glucose 5%"),
        ("glucose 50 mg/mL", "glucose 5%"), ("glucose 50mg/ml", "glucose 5%"), ("NS", "sodium chloride 0.9%"),
        ("sodium chloride", "sodium chloride 0.9%"), ("0.9% NaCl", "sodium chloride 0.9%"), ("saline", "sodium chloride 0.9%"),
        ("normal saline", "sodium chloride 0.9%"), ("sodium chloride 9 mg/mL", "sodium chloride 0.9%"),
        ("NaCl 9mg/ml", "sodium chloride 0.9%"), ("sodium chloride (0.9 %)", "sodium chloride 0.9%"),
        ("Ringer", "Ringer"), ("glucose 10%", "glucose 10%"), ("salines", "salines"), ("glucose 150 mg/mL", "glucose 150 mg/mL"),
        ("sodium chloride 59 mg/mL", "sodium chloride 59 mg/mL"),
    ],
)  # fmt: skip
def test_a_diluent_is_known_by_what_it_is_called_and_else_keeps_its_name(words, name):
    assert diluent_of(words) == name


@pytest.mark.parametrize(
    "words",
    ["potassium chloride", "NaCl 3%", "half-strength saline", "Ringer's", "lactated", "Hartmann's solution", "sterile water",
     "water for injection", "bicarbonate", "mannitol 20%", "D5NS", "D5LR", "lactate", "NS"],
)  # fmt: skip
def test_a_fluid_that_is_no_glucose_is_known(words):
    assert known_diluent(words)


@pytest.mark.parametrize("words", ["the usual", "glucose 10%", "water", "bag"])
def test_what_names_no_fluid_that_is_known_is_none(words):
    assert not known_diluent(words)


@pytest.mark.parametrize(
    ("words", "route"),
    [
        ("IV", "intravenous"), ("i.v.", "intravenous"), ("intravenously", "intravenous"), ("IA", "hepatic intra-arterial"),
        ("i.a.", "hepatic intra-arterial"), ("HAI", "hepatic intra-arterial"), ("intra-arterial", "hepatic intra-arterial"),
        ("PO", "oral"), ("p.o.", "oral"), ("SC", "subcutaneous"), ("s.c.", "subcutaneous"), ("IT", "intrathecal"),
        ("i.t.", "intrathecal"), ("IM", "intramuscular"), ("i.m.", "intramuscular"), (" Oral ", "oral"),
    ],
)  # fmt: skip
def test_a_route_is_known_by_what_it_is_written_as(words, route):
    assert administration.route_of(words) == route


@pytest.mark.parametrize(
    "words", ["intrathecal", "intramuscular", "intraperitoneal", "intrapleural", "intravesical", "topical", "rectal"]
)
def test_a_route_by_which_none_of_these_drugs_is_given_is_impossible(words):
    found = checked(sound() | {"oxaliplatin.route": words}, asked("haic-folfox")).findings
    assert "route-impossible" in {one.rule for one in found}


def test_a_diluent_that_the_label_forbids_is_not_told_twice():
    found = checked(sound() | {"oxaliplatin.diluent": "sodium chloride 0.9%"}, asked("haic-folfox")).findings
    assert [one.rule for one in found if one.where == "oxaliplatin.diluent"] == ["diluent"]
