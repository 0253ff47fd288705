"""Rules at their limits: route, time, rate and what is in the bag."""

from __future__ import annotations

import dataclasses

import pytest

from dosewright.protocol.model import Start

from .rulings import MINUTE, NINE, NOTHING, ON, Case, asked, checked, fired, name, passed, sound

# fmt: off
OVER = {"oxaliplatin.over": 4.0}
ROUTE_AND_TIME = [
    Case("route-impossible", {"oxaliplatin.route": "oral"}, {"oxaliplatin.route": "intravenous"}, "refuse · oxaliplatin.route · oral · hepatic intra-arterial or intravenous · label"),
    Case("route-impossible", {"fluorouracil.route": "intrathecal"}, NOTHING, "refuse · fluorouracil.route · intrathecal · hepatic intra-arterial or intravenous · label"),
    Case("route", {"oxaliplatin.route": "intravenous"}, {"oxaliplatin.route": "hepatic intra-arterial"}, "refuse · oxaliplatin.route · intravenous · hepatic intra-arterial · methods"),
    Case("route", {"leucovorin.route": "hepatic intra-arterial"}, {"leucovorin.route": "oral"}, "refuse · leucovorin.route · hepatic intra-arterial · intravenous · methods"),
    Case("line-and-route", {"oxaliplatin.line": "peripheral vein"}, {"oxaliplatin.line": "port"}, "refuse · oxaliplatin.line · peripheral vein, hepatic intra-arterial · a line of that route · site policy"),
    Case("line-and-route", {"leucovorin.line": "hepatic artery catheter"}, {"leucovorin.line": "peripheral vein"}, "refuse · leucovorin.line · hepatic artery catheter, intravenous · a line of that route · site policy"),
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
    Case("too-fast", {"leucovorin.dose": 19201.0}, {"leucovorin.dose": 19200.0}, "refuse · leucovorin.over · 9,600.5 mg/h · at most 9,600 mg/h · label-leucovorin"),  # 160 mg/min
    Case("too-fast", {"leucovorin.over": 0.03}, {"leucovorin.over": 0.04}, "refuse · leucovorin.over · 11,066.7 mg/h · at most 9,600 mg/h · label-leucovorin"),
    Case("date-of-line", {"oxaliplatin.start": (ON - 1) * 24}, {"oxaliplatin.start": (ON - 1) * 24 + MINUTE}, "blocks-release · oxaliplatin.start · 2026-11-22 00:00 UTC · on the day of treatment · by definition"),
    Case("date-of-line", {"oxaliplatin.start": (ON + 2) * 24}, {"oxaliplatin.start": (ON + 2) * 24 - MINUTE}, "blocks-release · oxaliplatin.start · 2026-11-25 00:00 UTC · on the day of treatment · by definition"),
]
# 278.2 mL: 24 times that in 4 h is 1,669.2 mL/h, give or take a tenth; and a 24th of it 2.898 mL/h
RATE = [
    Case("rate-per-day", {"oxaliplatin.rate": 1836.1}, {"oxaliplatin.rate": 1836.2}, "refuse · oxaliplatin.rate · 1,836.1 mL/h for 4 h gives 7,344.4 mL · 278.2 mL · by definition"),
    Case("rate-per-day", {"oxaliplatin.rate": 1502.3}, {"oxaliplatin.rate": 1502.2}, "refuse · oxaliplatin.rate · 1,502.3 mL/h for 4 h gives 6,009.2 mL · 278.2 mL · by definition"),
    Case("rate-per-day", {"oxaliplatin.rate": 3.18}, {"oxaliplatin.rate": 3.19}, "refuse · oxaliplatin.rate · 3.18 mL/h for 4 h gives 12.72 mL · 278.2 mL · by definition"),
    Case("rate-per-day", {"oxaliplatin.rate": 2.61}, {"oxaliplatin.rate": 2.60}, "refuse · oxaliplatin.rate · 2.61 mL/h for 4 h gives 10.44 mL · 278.2 mL · by definition"),
    # 69.55 mL/h, give or take 0.5 %: 69.20225 to 69.89775
    Case("rate", {"oxaliplatin.rate": 69.898}, {"oxaliplatin.rate": 69.897}, "refuse · oxaliplatin.rate · 69.898 mL/h for 4 h gives 279.59 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 69.202}, {"oxaliplatin.rate": 69.203}, "refuse · oxaliplatin.rate · 69.202 mL/h for 4 h gives 276.81 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 1836.2}, {"oxaliplatin.rate": 1836.1}, "refuse · oxaliplatin.rate · 1,836.2 mL/h for 4 h gives 7,344.8 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 2.60}, {"oxaliplatin.rate": 2.61}, "refuse · oxaliplatin.rate · 2.6 mL/h for 4 h gives 10.4 mL · 278.2 mL · by definition"),
    Case("rate", {"oxaliplatin.rate": 63.0}, {"oxaliplatin.rate": 62.5}, "refuse · oxaliplatin.rate · 63 mL/h for 4 h gives 252 mL · 250 mL · by definition", always={"oxaliplatin.volume": 250.0}),
]


def starts(drug: str, hours: float) -> dict[str, float]:
    return {f"{drug}.start": NINE + hours}


def decided(start: str) -> dict[str, object]:
    """The change of the protocol by which leucovorin starts as said."""
    return {"components.1.start": {"is": start, "from": "methods"}}


SEQUENCE = [
    Case("sequence", starts("leucovorin", -2 * MINUTE), starts("leucovorin", -MINUTE), "blocks-release · oxaliplatin.start · 2026-11-23 01:00 UTC · first · methods"),
    Case("sequence", starts("leucovorin", -2 * MINUTE), starts("leucovorin", -MINUTE), "blocks-release · leucovorin.start · 2026-11-23 00:58 UTC · with oxaliplatin · site"),
    Case("sequence", starts("leucovorin", 2 * MINUTE), starts("leucovorin", MINUTE), "blocks-release · leucovorin.start · 2026-11-23 01:02 UTC · with oxaliplatin · site"),
    Case("sequence", starts("fluorouracil", 4 - 2 * MINUTE), starts("fluorouracil", 4 - MINUTE), "blocks-release · fluorouracil.start · 2026-11-23 04:58 UTC · after oxaliplatin · methods"),
    Case("sequence", starts("fluorouracil", 3.0), starts("fluorouracil", 5.0), "blocks-release · fluorouracil.start · 2026-11-23 04:00 UTC · after oxaliplatin · methods"),
    Case("sequence", starts("leucovorin", 4 - 2 * MINUTE), starts("leucovorin", 4 - MINUTE), "blocks-release · leucovorin.start · 2026-11-23 04:58 UTC · between oxaliplatin and fluorouracil · methods", always=starts("fluorouracil", 7.0), protocol=decided("between oxaliplatin and fluorouracil")),
    Case("sequence", starts("leucovorin", 4 + 2 * MINUTE), starts("leucovorin", 4 + MINUTE), "blocks-release · leucovorin.start · 2026-11-23 05:02 UTC · between oxaliplatin and fluorouracil · methods", always=starts("fluorouracil", 6.0), protocol=decided("between oxaliplatin and fluorouracil")),
    Case("sequence", starts("leucovorin", 4 + 2 * MINUTE), starts("leucovorin", 4 + MINUTE), "blocks-release · leucovorin.start · 2026-11-23 05:02 UTC · with fluorouracil · methods", protocol=decided("with fluorouracil")),
    Case("sequence", starts("leucovorin", 4 - 2 * MINUTE), starts("leucovorin", 4 - MINUTE), "blocks-release · leucovorin.start · 2026-11-23 04:58 UTC · with fluorouracil · methods", protocol=decided("with fluorouracil")),
    Case("overlap", starts("fluorouracil", 4 - MINUTE), starts("fluorouracil", 4.0), "refuse · fluorouracil.line · hepatic artery catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", 4 - MINUTE), starts("fluorouracil", 4.0), "refuse · oxaliplatin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", -20 + MINUTE), starts("fluorouracil", -20.0), "refuse · fluorouracil.line · hepatic artery catheter · nothing of leucovorin or oxaliplatin in the same line at the same time · label-oxaliplatin"),
    Case("overlap", starts("fluorouracil", 0.0), {**starts("fluorouracil", 0.0), "fluorouracil.line": "peripheral vein"}, "refuse · oxaliplatin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-oxaliplatin"),
    Case("overlap", {"leucovorin.line": "hepatic artery catheter", **starts("fluorouracil", 1.0)}, starts("fluorouracil", 1.0), "refuse · leucovorin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-leucovorin"),
    Case("overlap", {"leucovorin.line": "hepatic artery catheter", **starts("fluorouracil", 1.0)}, {"leucovorin.line": "hepatic artery catheter"}, "refuse · leucovorin.line · hepatic artery catheter · nothing of fluorouracil in the same line at the same time · label-leucovorin"),  # beside oxaliplatin, which it may meet
]
PREPARATION = [
    Case("diluent", {"oxaliplatin.diluent": "sodium chloride 0.9%"}, {"oxaliplatin.diluent": "D5W"}, "refuse · oxaliplatin.diluent · sodium chloride 0.9% · glucose 5% · label-oxaliplatin"),
    Case("diluent", {"oxaliplatin.diluent": "normal  saline"}, {"oxaliplatin.diluent": "5%  Dextrose"}, "refuse · oxaliplatin.diluent · normal  saline · glucose 5% · label-oxaliplatin"),
    Case("diluent", {"leucovorin.diluent": "water"}, {"leucovorin.diluent": "NS"}, "refuse · leucovorin.diluent · water · glucose 5% or sodium chloride 0.9% · label-leucovorin"),
    # 140 mg in 700 mL are exactly 0.2 mg/mL, in 200 mL exactly 0.7
    Case("concentration", {"oxaliplatin.volume": 700.1}, {"oxaliplatin.volume": 700.0}, "blocks-release · oxaliplatin.concentration · 0.19997 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.dose": 140.0}),
    Case("concentration", {"oxaliplatin.volume": 199.9}, {"oxaliplatin.volume": 200.0}, "blocks-release · oxaliplatin.concentration · 0.70035 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.dose": 140.0}),
    Case("concentration", {"oxaliplatin.concentration": 0.1999}, {"oxaliplatin.concentration": 0.2}, "blocks-release · oxaliplatin.concentration · 0.1999 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.volume": None}),
    Case("concentration", {"oxaliplatin.concentration": 0.7001}, {"oxaliplatin.concentration": 0.7}, "blocks-release · oxaliplatin.concentration · 0.7001 mg/mL · 0.2 to 0.7 mg/mL · label-oxaliplatin", always={"oxaliplatin.volume": None}),
    # 141 mg ÷ 278.2 mL = 0.506830 mg/mL, give or take 0.5 %
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.5094}, {"oxaliplatin.concentration": 0.5093}, "blocks-release · oxaliplatin.concentration · 0.5094 mg/mL · 0.50683 mg/mL · by definition"),
    Case("concentration-wrong", {"oxaliplatin.concentration": 0.5042}, {"oxaliplatin.concentration": 0.5043}, "blocks-release · oxaliplatin.concentration · 0.5042 mg/mL · 0.50683 mg/mL · by definition"),
    Case("volume-too-small", {"oxaliplatin.volume": 249.9}, {"oxaliplatin.volume": 250.0}, "refuse · oxaliplatin.volume · 249.9 mL · at least 250 mL · by definition"),
    Case("bag-not-stocked", {"oxaliplatin.diluent_volume": 251.0}, {"oxaliplatin.diluent_volume": 250.0}, "warning · oxaliplatin.diluent_volume · 251 mL · 250 or 500 mL · site policy"),
    Case("bag-not-stocked", {"oxaliplatin.diluent_volume": 499.0}, {"oxaliplatin.diluent_volume": 500.0}, "warning · oxaliplatin.diluent_volume · 499 mL · 250 or 500 mL · site policy"),
    Case("form-and-dose", {"leucovorin.form": "levoleucovorin"}, {"leucovorin.form": "racemic leucovorin"}, "refuse · leucovorin.form · levoleucovorin · leucovorin · gercor-c96.1"),
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
