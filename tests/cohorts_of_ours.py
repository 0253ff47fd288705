"""A small cohort in CSV, right in all its parts, and the ways to change one cell of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SETTINGS = """\
schema: "1"
id: small
title: A small cohort
synthetic: "no"
arms:
  - {id: a, name: Arm A}
  - {id: b, name: Arm B}
response:
  criterion: mrecist
  least_sd: 42 d
covariates:
  - {column: age, name: Age, unit: y, cut: "65"}
  - {column: ecog, name: ECOG PS, order: ["0", "1"]}
missing: ["NA"]
tables:
  patients: {file: patients.csv}
  cycles: {file: cycles.csv}
  visits: {file: visits.csv}
  lesions: {file: lesions.csv}
  events: {file: events.csv}
"""

TABLES = {
    "patients": """\
patient,arm,start,last_seen,died,cause,progressed,excluded,age,ecog
P1,a,2024-01-10,2024-12-01,,,,,65,0
P2,b,2024-01-10,2024-11-30,2024-11-30,progression,,,66,1
P3,a,2024-02-01,2024-12-01,,,,,NA,
P4,b,,,,,,lost to follow-up,,
""",
    "cycles": """\
patient,cycle,day
P1,1,2024-01-10
P1,2,2024-02-14
P2,1,2024-01-10
P3,1,2024-02-01
""",
    "visits": """\
patient,visit,day,assessed,why
P1,0,2024-01-02,yes,
P1,1,2024-03-01,yes,
P2,0,2024-01-03,yes,
P2,1,2024-03-01,yes,
P3,0,2024-01-20,yes,
P3,1,2024-03-20,no,motion
""",
    "lesions": """\
patient,visit,reader,lesion,role,kind,organ,longest_mm,viable_mm,short_axis_mm,state,typical,cytology
P1,0,A,1,target,tumour,liver,50,50,,,,
P1,0,A,T,non-target,portal thrombus,portal vein,,,,present,,
P1,1,A,1,target,tumour,liver,40,20.5,,,,
P1,1,A,T,non-target,portal thrombus,portal vein,,,,present,,
P2,0,A,1,target,tumour,liver,30,30,,,,
P2,1,A,1,target,tumour,liver,30,30,,,,
P2,1,A,N,new,tumour,liver,12,12,,,yes,
P3,0,A,1,target,tumour,liver,40,40,,,,
P3,0,A,F,non-target,ascites,peritoneum,,,,present,,not done
""",
    "events": """\
patient,term,group,grade,ctcae,relation,start,end
P1,Fever,General,2,5.0,possible,2024-01-12,2024-01-14
P2,Fever,General,3,5.0,probable,2024-01-12,
P2,Vomiting,Gastrointestinal,,5.0,unlikely,2024-01-13,2024-01-13
""",
}


def write(folder: Path, *, settings: str = SETTINGS, tables: Mapping[str, str] = TABLES) -> Path:
    """The cohort in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cohort.yaml").write_text(settings, "utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def with_line(name: str, number: int, line: str) -> dict[str, str]:
    """The tables with one line of one of them written anew; number 1 is the header."""
    lines = TABLES[name].splitlines()
    lines[number - 1] = line
    return {**TABLES, name: "\n".join(lines) + "\n"}


def with_more(name: str, *lines: str) -> dict[str, str]:
    """The tables with more lines at the end of one of them."""
    return {**TABLES, name: TABLES[name] + "".join(f"{line}\n" for line in lines)}
