"""Orders as they were written, ours and others': from a file's data to the fields that the rules look at.

Nothing is computed here and nothing is repaired. What cannot be read is a mistake with its place, and all of them are
told together.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ..errors import Mistake, Refusal, did_you_mean, in_short, together
from ..protocol.drugs import generic
from ..reading import Document
from ..units import DOSE_PER_AREA, DOSE_PER_WEIGHT, UNITS, Kind, Quantity, code, quantity
from .fitness import plain_name
from .order import content_hash
from .reasons import given_for
from .rules.fields import BLANKS, FIELDS, Field, Part, line_key
from .rules.view import Record

KIND: Final = "order sheet"
SCHEMA: Final = "1"
_MOST: Final = 1e12  # of no unit does anything hold more
_BY_CODE: Final = {code(unit): unit for unit in UNITS.values()}
_FEW: Final = 12  # names that a message lists; more are read by nobody
_PARTS: Final = ("lines", "beads", "laboratory", "before")


# ------------------------------------------------------------------------------------------- a sheet of somebody else's


def read_value(field: Field, text: str) -> Mapping[str, Any]:
    """What a text says of a field, by name: a dose may turn out to be one per m² or per kg, which is told apart.

    Raises `Mistake` where the text is no value of the field.
    """
    name = field.name
    if field.of == "line" and name in {"dose", "dose_per"} and text.strip().casefold() not in BLANKS:
        kind = _kind_of_dose(text)
        if kind is not None and name == "dose":
            return {"unit": kind.units[0]}
        if name == "dose_per":
            name = {DOSE_PER_AREA: "dose_per", DOSE_PER_WEIGHT: "dose_per_kg"}.get(kind, "flat")  # type: ignore[arg-type]
            return {name: FIELDS["line"][name].read(text)}
    return {name: field.read(text)}


def _kind_of_dose(text: str) -> Kind | None:
    """The kind of a dose that is no amount: per m² or per kg, by its unit."""
    for kind in (DOSE_PER_AREA, DOSE_PER_WEIGHT):
        with contextlib.suppress(Mistake):
            kind.read(text)
            return kind
    return None


def of_sheet(document: Document) -> Record:
    """An order that somebody wrote down field by field, as the manual describes it.

    What stands there twice is not lost: a drug with two lines is counted, what was given before is summed, and of
    several laboratory values the latest counts, unless two of one day differ.

    Raises every `Mistake` of the file at once.
    """
    data = document.data
    found: list[Mistake] = []
    parts: dict[str, dict[tuple[str | int, ...], dict[str, Any]]] = {}  # the entries of each part, by their place
    if not isinstance(data, dict):
        raise Mistake("an order: fields with their values", where=document.name, example="weight: 60 kg")
    if str(data.get("schema", SCHEMA)) != SCHEMA:
        raise Mistake(f"schema: {SCHEMA}", where=document.where(("schema",)), got=str(data["schema"]))
    strange = [name for name, value in data.items() if not _fits(name, value)]
    # a file in which nothing is given is hardly an order; and to list each key of another kind would help nobody
    if len(strange) > len(data) / (2 if data.keys() & {"lines", "beads"} else 4):
        raise Mistake("an order file", where=document.name, hint=f"it has keys such as {', '.join(strange[:3])}")
    for path, step, field, text in _entries(data, found, document):
        entry = parts.setdefault(path, {}).setdefault(step[:-1], {})
        try:
            entry |= {name: value for name, value in read_value(field, text).items() if not _not_known(value)}
        except Mistake as mistake:
            mistake.where = document.where(step)
            found.append(mistake)
    if found:
        raise together(in_short(found))
    values: dict[str, Any] = {}
    for path, entries in parts.items():
        values |= {f"{path}{name}": value for name, value in _as_one(path, list(entries.values())).items()}
    return Record(values)


def _fits(name: str, value: Any) -> bool:
    """Whether a key of a file is one that a sheet may have, with what may stand there."""
    if name in {"schema", "kind", *_PARTS}:
        return True
    field = FIELDS["order"].get(name)
    return field is not None and not field.noted and (isinstance(value, str) or field.listed)


def _as_one(path: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The entries of one part as one."""
    first = entries[0]
    if len(entries) == 1:
        return first
    if path.startswith("before."):
        return {"total": sum(entry["total"] for entry in entries if "total" in entry)}
    if path.startswith("lab."):
        last = max((entry.get("on", float("-inf")) for entry in entries), default=None)
        of_the_day = [entry for entry in entries if entry.get("on", float("-inf")) == last]
        return of_the_day[0] if all(entry == of_the_day[0] for entry in of_the_day) else {}
    return {**first, "lines": float(len(entries))}


def _not_known(value: Any) -> bool:
    return value is None or value != value


Entry = tuple[str, tuple[str | int, ...], Field, str]


def _entries(data: dict[str, Any], found: list[Mistake], document: Document) -> Iterator[Entry]:
    """Every field of a sheet: the path of its part, its place in the file, what it is, and its text."""
    ours = {"schema", "kind"}
    fields = {name: value for name, value in data.items() if name not in ours and name not in _PARTS}
    yield from _part("order", "", (), fields, found, document)
    for index, line in enumerate(_list(data, "lines", found, document)):
        drug = generic(str(line.get("drug", index + 1)))
        key = line_key(str(line.pop("key", drug)))
        yield from _part("line", f"{key}.", ("lines", index), line, found, document)
    beads = data.get("beads")
    if beads is not None and not isinstance(beads, dict):
        needs = "what is on the beads: fields with their values"
        found.append(Mistake(needs, where=document.where(("beads",)), example="{drug: doxorubicin, offered: 50 mg}"))
    if isinstance(beads, dict):
        yield from _part("beads", "beads.", ("beads",), beads, found, document)
    for part, name, of in (("lab", "laboratory", "analyte"), ("before", "before", "drug")):
        for index, row in enumerate(_list(data, name, found, document)):
            named = str(row.pop(of, index + 1))
            key = plain_name(named) if part == "lab" else named.casefold().strip()
            yield from _part(part, f"{part}.{key}.", (name, index), row, found, document)  # type: ignore[arg-type]


def _list(data: dict[str, Any], name: str, found: list[Mistake], document: Document) -> list[dict[str, Any]]:
    rows = data.get(name, [])
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        return [dict(row) for row in rows]
    found.append(Mistake("a list of entries, each with its fields", where=document.where((name,))))
    return []


def _part(
    of: Part,
    path: str,
    step: tuple[str | int, ...],
    fields: Mapping[str, Any],
    found: list[Mistake],
    document: Document,
) -> Iterator[Entry]:
    known = {name: one for name, one in FIELDS[of].items() if not one.noted}
    for name, value in fields.items():
        place = (*step, name)
        if name not in known:
            some = (
                f"known: {', '.join(known)}" if len(known) <= _FEW else "the manual's page of order fields has them all"
            )
            hint = did_you_mean(name, known, some)
            found.append(Mistake(f"a field of the {of}", where=document.where(place), got=name, hint=hint))
        elif isinstance(value, list) and known[name].listed and all(isinstance(one, str) for one in value):
            yield path, place, known[name], "; ".join(value)
        elif isinstance(value, str):
            yield path, place, known[name], value
        else:
            found.append(Mistake(known[name].needs, where=document.where(place), got="a list or a mapping"))


# ----------------------------------------------------------------------------------------------------- an order of ours


def of_order(data: Mapping[str, Any], name: str) -> Record:
    """An order that this tool made, as the JSON has it; its own findings, working and verdicts are not looked at.

    Raises every `Mistake` at once, where something in it is no longer what an order holds.
    """
    found: list[Mistake] = []
    values: dict[str, Any] = {}
    if data.get("schema") != SCHEMA:
        raise Mistake(f'an order of "schema": "{SCHEMA}"', where=name, got=str(data.get("schema")))
    try:
        stated = list(_stated(data))
    except (TypeError, KeyError, AttributeError, IndexError):
        raise Mistake("an order as this tool writes it", where=name, hint="parts of it are missing") from None
    for path, field, node in stated:
        try:
            for told, value in _plain(field, node).items():
                if not _not_known(value):
                    values[path + told] = value
        except Mistake as mistake:
            found.append(mistake.at(f"{name} {path}".strip()))
        except (TypeError, KeyError):
            needs, example = field.needs, field.example
            if field.form == "quantity":
                needs, example = "a number and its unit, each by itself", '{"value": 60, "unit": "kg"}'
            found.append(Mistake(needs, where=f"{name} {path}{field.name}", example=example, got=node))
    if found:
        raise together(in_short(found))
    return Record(values, left_out=frozenset({"written"}))  # the day stands beside the signature, on paper


def _plain(field: Field, node: Any) -> Mapping[str, Any]:
    """A value of our JSON as the rules compare it."""
    if node is None:
        return {}
    if field.form != "quantity":
        return {field.name: field.read(node if isinstance(node, str) else str(node))}
    unit, number = _BY_CODE.get(node["unit"]), node["value"]
    sound = isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < _MOST
    if unit is None or not sound:
        raise Mistake(field.needs, where=field.name, example=field.example, got=f"{str(number)[:40]} {node['unit']}")
    if field.name in {"dose", "dose_per"} and field.of == "line":
        return _dose_of(field, quantity(number, unit))
    return {field.name: _amount(field, quantity(number, unit))}


def _dose_of(field: Field, value: Quantity) -> Mapping[str, Any]:
    """A dose of our JSON, told apart by its unit as a written one is."""
    for name, kind in (("dose_per", DOSE_PER_AREA), ("dose_per_kg", DOSE_PER_WEIGHT)):
        if kind.holds(value):
            return {"unit": kind.units[0]} if field.name == "dose" else {name: _amount(FIELDS["line"][name], value)}
    name = "dose" if field.name == "dose" else "flat"
    return {name: _amount(FIELDS["line"][name], value)}


def _amount(field: Field, value: Quantity) -> float:
    kind = cast(Kind, field.kind)
    number = kind.check(value).m_as(kind.unit)
    if not kind.least <= number <= kind.most:
        span = f"{kind.least:g} and {kind.most:g} {kind.units[0]}"
        raise Refusal(f"{kind.name} must lie between {span}", where=field.name, got=number)
    return float(number)


def _stated(data: Mapping[str, Any]) -> Iterator[tuple[str, Field, Any]]:
    """Every field that an order of ours states: its path, what it is, and what stands there."""
    for name, node in _of_whole(data).items():
        yield "", FIELDS["order"][name], node
    for line in data["lines"]:
        for name, node in {**_of_line(line), **_proposed(data.get("proposals", []), line["key"])}.items():
            yield f"{line['key']}.", FIELDS["line"][name], node
    for line in data.get("omitted", []):
        for name, node in _omitted(line).items():
            yield f"{line['key']}.", FIELDS["line"][name], node
    for name, node in _of_beads(data["beads"]).items():
        yield "beads.", FIELDS["beads"][name], node
    patient, day = data["patient"], data["on"]
    for row in _latest(patient["laboratory"], day):
        for name in ("value", "unit", "on"):
            yield f"lab.{plain_name(row['analyte'])}.", FIELDS["lab"][name], row[name]
    yield from _before(data)


def _prior_exposure(patient: Mapping[str, Any]) -> str:
    """Whether anything was given before this order: earlier, or in the cycles of this course."""
    said = patient["prior_exposure"]
    return "listed" if isinstance(said, list) or (said == "none" and patient["given"]) else str(said)


def _before(data: Mapping[str, Any]) -> Iterator[tuple[str, Field, Any]]:
    """What was given before of each drug: what the patient's file lists, and the cycles of this course since then.

    A cycle whose share nobody has told leaves the sum of its drugs unknown.
    """
    patient, surface = data["patient"], data["bsa"]["value"]
    listed = patient["prior_exposure"] if isinstance(patient["prior_exposure"], list) else []
    total, until = dict[str, float](), dict[str, str]()
    for row in listed:
        total[row["drug"]] = total.get(row["drug"], 0.0) + _per_m2(row["total"])
        until[row["drug"]] = max(row["until"], until.get(row["drug"], ""))
    beads = data["beads"] or {"drug": None, "offered": None}
    lines = [*data["lines"], *data.get("omitted", [])]
    full: list[tuple[str, str, tuple[str, ...], float | None, int]] = [
        (one["key"], one["drug"], (one["key"], one["drug"]), _in_full(one, surface), len(one["days"])) for one in lines
    ]
    if beads["drug"] is not None:
        alone = beads["drug"] not in {one["drug"] for one in lines}
        full.append(("beads", beads["drug"], ("beads", beads["drug"]) if alone else ("beads",), None, 1))
    unknown = set()
    history = data.get("history", [])
    for cycle in patient["given"]:
        unclear = _unclear(history, cycle)
        for key, name, names, amount, doses in full:
            if cycle["on"] > until.get(name, ""):
                share = None if unclear else _share_given(cycle["share"], key, name)
                whole = _recorded_in_full(history, cycle, key, names, doses) or amount
                if share is None or (whole is None and share["value"]):
                    unknown.add(name)
                else:
                    total[name] = total.get(name, 0.0) + (whole or 0.0) * share["value"] / 100
    for name, amount in total.items():
        yield f"before.{name}.", FIELDS["before"]["total"], {"value": amount, "unit": "mg/m2"}
    for name in sorted(unknown):
        yield f"before.{name}.", FIELDS["before"]["unknown"], "yes"


def _in_full(line: Mapping[str, Any], surface: float) -> float:
    """What a line gives in a whole cycle by the protocol, in mg/m²; cap and rounding of today are not of before."""
    of_area = str(line["dose_per"]["unit"]).endswith("/m2")
    return len(line["days"]) * (_per_m2(line["dose_per"]) if of_area else line["calculated"]["value"] / surface)


def _recorded_in_full(
    history: list[Mapping[str, Any]], cycle: Mapping[str, Any], key: str, names: tuple[str, ...], doses: int
) -> float | None:
    """What the milligrams on record of a cycle would be without a change of the dose, in mg/m²; None without one."""
    rows = [row for line in history if line["key"] == key for row in line["rows"] if row["cycle"] == cycle["cycle"]]
    recorded = cycle.get("ordered", {})
    ordered = next((recorded[name] for name in names if name in recorded), None)
    share: float = rows[0]["share"]["value"] / 100 if rows else 1.0  # of beads the protocol changes none
    if ordered is None or cycle.get("surface") is None or not share:
        return None
    per_m2: float = _of_node(ordered).m_as("mg") / _of_node(cycle["surface"]).m_as("m²")
    return doses * per_m2 / share


def _share_given(share: Mapping[str, Any] | None, key: str, drug: str) -> Mapping[str, Any] | None:
    """The share of the protocol's dose that was given of one line: one for all drugs, or one for each."""
    if share is None or set(share) == {"value", "unit"}:
        return share
    found: Mapping[str, Any] | None = share.get(key, share.get(drug))
    return found


def _unclear(history: list[Mapping[str, Any]], cycle: Mapping[str, Any]) -> bool:
    """Whether one share stands for all drugs of a cycle, though they were ordered at different ones."""
    shares = {row["share"]["value"] for line in history for row in line["rows"] if row["cycle"] == cycle["cycle"]}
    return len(shares) > 1 and cycle["share"] is not None and set(cycle["share"]) == {"value", "unit"}


def _per_m2(node: Mapping[str, Any]) -> float:
    return _amount(FIELDS["before"]["total"], _of_node(node))


def _of_node(node: Mapping[str, Any]) -> Quantity:
    return quantity(node["value"], _BY_CODE[node["unit"]])


def _of_whole(data: Mapping[str, Any]) -> Mapping[str, Any]:
    patient, basis = data["patient"], data["basis"]
    identifiers = [one["value"] for one in patient["identifiers"]]
    last = patient["given"][-1] if patient["given"] else None
    gates = "; ".join(f"{one['analyte']} {one['limit']}" for one in data["gates"])
    care = data["care"] or []
    return {
        "id": data["id"],
        "patient": patient["name"],
        "identifier": identifiers[0] if identifiers else None,
        "second_identifier": identifiers[1] if len(identifiers) > 1 else None,
        "birth_date": patient["birth_date"],
        "sex": patient["sex"],
        "diagnosis": patient["diagnosis"],
        "on": data["on"],
        "valid_until": data["valid_until"],
        "protocol": data["protocol"]["id"],
        "version": data["protocol"]["version"],
        "protocol_hash": data["protocol"]["sha256"],
        "released": "yes" if data["released"] is True else "no",
        "unchanged": "yes" if content_hash(data) == data["hash"] else "no",
        "cycle": data["cycle"],
        "day": data["day"],
        "last_cycle": last["cycle"] if last else 0,
        "last_on": last["on"] if last else None,
        "height": basis["height"],
        "height_on": basis["height_on"],
        "height_confirmed_by": None if isinstance(patient["height"], str) else patient["height"]["confirmed_by"],
        "weight": basis["weight"],
        "weight_on": basis["weight_on"],
        "weight_confirmed_by": _confirmed(patient["weights"], basis),
        "weight_basis": basis["weight_basis"],
        "reference_weight": basis["reference_weight"],
        "bsa": data["bsa"],
        "formula": data["bsa"]["formula"],
        "allergies": _joined(patient["allergies"]),
        "medicines": _joined(patient["medicines"]),
        "ascites": patient["ascites"],
        "consent": patient["consent"],
        "care": "; ".join(one["what"] for one in care) or None,
        "hold": gates or None,
        "dpyd": None if isinstance(patient["genotype"], str) else patient["genotype"].get("DPYD"),
        "prior_exposure": _prior_exposure(patient),
        **{one["measures"]: one["found"] for one in data["eligibility"] if one["measures"] in FIELDS["order"]},
        **_child_pugh(data["fit"]["child_pugh"]),
    }


def _child_pugh(found: Mapping[str, Any]) -> Mapping[str, str]:
    """The class that was stated, and of those that the values leave possible the nearest to it."""
    stated, nearest = found["stated"], max(found["at_least"], min(found["stated"], found["at_most"]))
    if stated == "unknown" or (stated == nearest and found["at_least"] != found["at_most"]):
        return {}
    return {"child_pugh_stated": stated, "child_pugh_computed": nearest}


def _confirmed(weights: list[Mapping[str, Any]], basis: Mapping[str, Any]) -> str | None:
    """Who confirmed the weight on which the doses were computed."""
    of_day = [one for one in weights if (one["on"], one["basis"]) == (basis["weight_on"], basis["weight_basis"])]
    return of_day[-1]["confirmed_by"] if of_day else None


def _joined(words: str | list[str]) -> str:
    return words if isinstance(words, str) else "; ".join(words)


def _of_line(line: Mapping[str, Any]) -> Mapping[str, Any]:
    made = line["made"] or {}
    times = line["times"] if len(line["times"]) == 1 else [{"start": None, "end": None}]
    return {
        "drug": line["drug"],
        "dose": line["ordered"],
        "dose_per": line["dose_per"],
        "calculated": (line.get("reduction") or {}).get("calculated") or line["capped"] or line["calculated"],
        "form": line["form"],
        "route": None if line["route"] == "undecided" else line["route"],
        "line": made.get("line"),
        "pump": made.get("pump"),
        "over": line["over"],
        "start": times[0]["start"],
        "end": times[0]["end"],
        "product": made.get("product"),
        "diluent": made.get("diluent"),
        "diluent_volume": made.get("diluent_volume"),
        "volume": made.get("volume"),
        "concentration": made.get("concentration"),
        "rate": line["rate"],
        "written": _as_written(line),
        **_change(line.get("reduction"), line["dose_per"]),
    }


def _as_written(line: Mapping[str, Any]) -> str:
    """The working of a line as the rules of notation read it: without the name that a site gave its table of bands."""
    working, used = str(line["working"]), line.get("bands")
    return working if used is None else working.replace(str(used["table"]), "the table of bands")


def _change(of: Mapping[str, Any] | None, dose_per: Mapping[str, Any]) -> Mapping[str, Any]:
    """How the dose of a line was changed, and what it was before; of several changes the last says by or to what."""
    if of is None:
        return {}
    last = of["steps"][-1]
    given = dict.fromkeys(step["reason"] for step in of["steps"])
    to_raise = last["reason"] in given_for("raising") and last["share"]["value"] > last["before"]["value"]
    per_area = DOSE_PER_AREA.holds(quantity(1.0, _BY_CODE[dose_per["unit"]]))
    return {
        **_last_change(of, last),
        "share": of["share"],
        "reason": "; ".join(given),
        "last_share": of["last_share"],
        "changed_per": of["dose_per"] if per_area else None,
        "raised": last["reason"] if to_raise else None,
    }


def _omitted(of: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an order says of a line that is left out: that nothing is given of it, and why."""
    last = of["steps"][-1]
    share = {"share": {"value": 0, "unit": "%"}, "last_share": of["last_share"], "reason": last["reason"]}
    return {**share, **_last_change(share, last)}


def _proposed(proposals: list[Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    """The most that the rules leave of a line; of those that are declined, only where no other proposes anything."""
    of_line = [one for one in proposals if one["key"] == key and one["at_most"] is not None]
    counting = [one for one in of_line if one["answer"] in {"open", "changed"}]
    declined = [one for one in of_line if one["answer"] == "declined"]
    of_line = counting or declined
    if not of_line:
        return {}
    least = min(of_line, key=lambda one: float(one["at_most"]["value"]))
    return {"proposed": least["at_most"], "declined": None if counting else f"{least['by']}: {least['reason']}"}


def _last_change(of: Mapping[str, Any], last: Mapping[str, Any]) -> Mapping[str, Any]:
    """By or to how much the last change is, and of what; nothing, where it held before and changes nothing now."""
    if of["last_share"] != last["before"] or last["share"] != of["share"]:
        return {}
    return {"changed_by": last["by"], "changed_to": last["to"], "changed_of": last["of"]}


def _of_beads(beads: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if beads is None:
        return {}
    plan = beads["plan"] or {}
    planned = beads["injected"] is not None  # else the amount is the site's usual one, and no plan for this patient
    return {
        "drug": beads["drug"],
        "offered": beads["offered"] if planned else None,
        "vials": beads["vials"] if planned else None,
        "contact": beads["contact_at_least"],
        "final_volume": plan.get(f"volume_of_treatment_if_per_{beads['final_volume_per']}"),
        "injected": beads["injected_together"],
    }


def _latest(values: str | list[Mapping[str, Any]], day: str) -> Iterator[Mapping[str, Any]]:
    """Of each analyte the latest value by the day of treatment; none, where two of that day differ."""
    if isinstance(values, str):
        return
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for row in values:
        if row["on"] <= day:
            by_name.setdefault(plain_name(row["analyte"]), []).append(row)
    for rows in by_name.values():
        last = max(row["on"] for row in rows)
        of_the_day = [row for row in rows if row["on"] == last]
        if len({(row["value"], row["unit"]) for row in of_the_day}) == 1:
            yield of_the_day[0]
