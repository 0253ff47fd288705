"""What the command line prints for people: plain lines, fit for a terminal, a pipe and a printer."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from . import wording
from .calculators.checked import Calculator
from .units import quantity

if TYPE_CHECKING:
    from .cases import AnswerOf
    from .checks import Kept, One, Summary, Yardstick
    from .orders.basis import Basis
    from .orders.changes import Change
    from .orders.check import Compared, NotChecked
    from .orders.compare import Difference
    from .orders.doses import Doses
    from .orders.finding import Finding
    from .orders.lines import Line
    from .orders.rules.rule import Rule
    from .protocol.library import Loaded
    from .protocol.model import Protocol, Stated
    from .protocol.site import Site

WIDTH: Final = 110
MARKS: Final = {"refuse": "REFUSED", "blocks-release": "stops release", "warning": "warning", "info": "note"}
COLOURS: Final = {"refuse": "red", "blocks-release": "red", "warning": "yellow", "info": "blue"}


def _wrapped(text: str, indent: int, *, first: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first or " " * indent, subsequent_indent=" " * indent, break_on_hyphens=False
    )


def _stamp(released: bool) -> str:
    return click.style("may be released", fg="green") if released else click.style("NOT RELEASED", fg="red", bold=True)


# ------------------------------------------------------------------------------------------------------------- doses


def doses(loaded: Loaded, site: Site, made: Doses, *, entered: tuple[str, str], on: dt.date | None) -> str:
    """Doses on one body, with their working, their disputes and what keeps them from release."""
    protocol = loaded.protocol
    stamp = (
        click.style("nothing here stops it; no patient was looked at", fg="green") if made.released else _stamp(False)
    )
    out = [f"{protocol.title}, version {protocol.version}    {stamp}"]
    out.append(f"Site    {site.name}, version {site.version}" + (f"    for {wording.day(on)}" if on else ""))
    out += list(_body(made.basis, entered))
    for line in made.lines:
        out += ["", *_line(line)]
    out += ["", *findings(made.findings)] if made.findings else []
    out += ["", "An aid to calculation: to be checked independently by a second person."]
    return "\n".join(out)


def _body(basis: Basis, entered: tuple[str, str]) -> Iterator[str]:
    sizes = []
    for value, text in ((basis.height, entered[0]), (basis.weight, entered[1])):
        told = wording.say(value, places=2)
        sizes.append(told if told == wording.say(quantity(text), places=2) else f"{told} ({text.strip()})")
    capped = f", capped from {wording.say(basis.uncapped, places=4)}" if basis.cap_applied else ""
    surface = click.style(wording.say(basis.surface, places=4), bold=True)
    yield f"Body    {sizes[0]}, {sizes[1]}: {surface} by {basis.formula_name}{capped}"
    yield f"        {basis.working}"
    low, *_, high = sorted(basis.spread, key=lambda one: one.value.magnitude)
    ends = " to ".join(
        f"{wording.say(one.value, places=4)} ({one.formula}, {wording.signed_percent(one.difference.magnitude / 100)})"
        for one in (low, high)
    )
    yield f"        other formulas: {ends}"
    if not any("Schlich" in one.formula for one in basis.spread):
        yield "        (formulas that need the sex are left out: it is not known here)"


def _line(line: Line) -> Iterator[str]:
    marks = {"disputed": " DISPUTED", "undecided": " UNDECIDED", "what-if": " WHAT-IF"}
    name = click.style(f"{line.number}  {line.key:<14}{wording.say(line.ordered):>12}", bold=True)
    yield f"{name}{click.style(marks.get(line.state, ''), fg='yellow')}"
    over = wording.say(line.over) if line.over is not None else "undecided"
    rate = wording.say(line.made.rate, places=2) if line.made and line.made.rate is not None else "rate undecided"
    form = f", {line.form}" if line.form else ""
    yield f"   {line.route}{form}, over {over}, {rate}"
    yield f"   {line.working}    [{line.source}]"
    for figure in line.disputed:
        yield click.style(f"   elsewhere: {figure.working}    [{figure.source}]", fg="yellow")
    made = line.made
    if made and made.volume is not None and made.concentration is not None and made.diluent_volume is not None:
        volume = f"in {wording.say(made.diluent_volume)} of {made.diluent}, {wording.say(made.volume, places=1)} in all"
        yield f"   {volume}, {wording.say(made.concentration, places=3)}; {made.line}"


def findings(found: Sequence[Finding]) -> Iterator[str]:
    """Findings, the gravest first, one to a paragraph."""
    order = list(MARKS)
    for one in sorted(found, key=lambda f: order.index(f.severity)):
        yield _marked(one.severity, _in_a_line(one.message, one.measured, one.allowed, one.source))


def _in_a_line(message: str, measured: str, allowed: str, source: str = "") -> str:
    rest = [f"is {measured}"] if measured else []
    rest += [f"allowed {allowed}"] if allowed else []
    rest += [f"[{source}]"] if source else []
    return f"{message}{'; ' if rest else ''}{', '.join(rest)}"


def _marked(severity: str, words: str) -> str:
    mark = f"{MARKS[severity]:<15}"
    return click.style(mark, fg=COLOURS[severity]) + _wrapped(words, 15, first=mark)[len(mark) :]


def told(order: Mapping[str, Any], path: Path) -> str:
    """One line on a sheet that was written, and the reasons that keep it from release."""
    reasons = [f["message"] for f in order["findings"] if f["severity"] in {"refuse", "blocks-release"}]
    head = f"{path}    {order['patient']['name']}, cycle {order['cycle']}    {_stamp(order['released'])}"
    changed = [_wrapped(words, 6, first="    ") for words in _changed(order)]
    return "\n".join([head, *changed, *(_wrapped(reason, 6, first="    - ") for reason in reasons)])


def _changed(order: Mapping[str, Any]) -> Iterator[str]:
    """Which doses are not the protocol's, and which drugs are left out."""
    for line in order["lines"]:
        if line["reduction"] is not None and line["reduction"]["share"]["value"] < 100:
            share = wording.number(line["reduction"]["share"]["value"], places=2)
            yield f"{line['key']} is reduced to {share} % of the protocol dose"
    for one in order["omitted"]:
        yield f"{one['key']} is omitted"


def changes(found: Sequence[Change]) -> str:
    """What has changed since the order before."""
    out = [click.style("Changed since the order before", bold=True)]
    out += [
        _wrapped(f"{one.what}: {one.before or 'not there'} → {one.now or 'not there'}", 6, first="    - ")
        for one in found
    ]
    return "\n".join(out if found else [*out, "    nothing"])


# -------------------------------------------------------------------------------------------------------- calculators


def calculators(catalogue: Mapping[str, Calculator]) -> str:
    """Every calculator with its formula and source."""
    out: list[str] = []
    module = ""
    for one in catalogue.values():
        here = one.function.__module__.rsplit(".", 1)[-1]
        if here != module:
            out += ["", click.style(here.upper(), bold=True)]
            module = here
        arguments = " ".join(a.name if a.required else f"[{a.name}]" for a in one.arguments.values())
        out.append(f"{click.style(one.command, bold=True)}  {arguments}")
        out.append(_wrapped(one.title, 4))
        out += [_wrapped(line, 8, first="    ") for line in one.formula]
        out.append(_wrapped(f"limits: {one.limits}", 8, first="    "))
        out.append(_wrapped(f"source: {one.source}", 8, first="    "))
    return "\n".join(out[1:])


def calculators_data(catalogue: Mapping[str, Calculator]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "name": one.command,
            "title": one.title,
            "arguments": [{"name": a.name, "required": a.required} for a in one.arguments.values()],
            "formula": list(one.formula),
            "limits": one.limits,
            "source": one.source,
        }
        for one in catalogue.values()
    ]


def answer(found: AnswerOf) -> str:
    """What a calculator answered, with its working and source."""
    from dataclasses import fields, is_dataclass

    from .cases import shown

    entered = ", ".join(f"{name} {text}" for name, text in found.entered.items())
    out = [f"{found.calculator.command}: {entered}"]
    if is_dataclass(found.result):
        pad = max(len(field.name) for field in fields(found.result))
        for field in fields(found.result):
            out.append(f"  {field.name.replace('_', ' '):<{pad}}  {shown(getattr(found.result, field.name))}")
    else:
        out[0] += f" → {click.style(shown(found.result), bold=True)}"
    out += [f"  {line}" for line in found.working]
    out.append(_wrapped(f"Limits: {found.calculator.limits}", 10, first="  "))
    out.append(_wrapped(f"Source: {found.calculator.source}", 10, first="  "))
    return "\n".join(out)


# ---------------------------------------------------------------------------------------------------------- protocols


def protocol_row(loaded: Loaded) -> dict[str, Any]:
    """One protocol in short: what tells it apart from the others."""
    found = loaded.protocol
    return {
        "id": found.id,
        "version": found.version,
        "status": found.status,
        "title": found.title,
        "doses": [_distinguishing(component) for component in found.components],
        "interval": _value(found.interval),
        "sha256": loaded.document.sha256,
    }


def _distinguishing(component: Any) -> str:
    over = f" over {_value(component.over)}" if component.over.value is not None else ", duration unstated"
    return f"{component.key} {_value(component.dose)}{over}, {_value(component.route)}"


def protocols(found: Iterable[Loaded]) -> str:
    """The library, one protocol to a paragraph."""
    out = []
    for loaded in found:
        row = protocol_row(loaded)
        out.append(f"{click.style(row['id'], bold=True)}  version {row['version']}, {row['status']}")
        out.append(_wrapped(row["title"], 4))
        out += [_wrapped(text, 8, first="    - ") for text in row["doses"]]
        out.append(_wrapped(f"every {row['interval']}", 8, first="    - "))
    return "\n".join(out)


def _value(stated: Stated[Any]) -> str:
    """A value as its source has it, with what else the source says."""
    if stated.unstated:
        return "unstated"
    others = [f"{wording.told(one.value)} ({one.source})" for one in stated.disputed]
    return (
        wording.listed([f"{wording.told(stated.value)} ({stated.source})", *others], "or")
        if others
        else str(wording.told(stated.value))
    )


def protocol(loaded: Loaded) -> str:
    """A whole protocol, value by value, each with its source; what is disputed or unstated is marked."""
    return "\n".join(_protocol(loaded.protocol, loaded.document.sha256))


def _heading(text: str) -> list[str]:
    return ["", click.style(text.upper(), bold=True)]


def _protocol(found: Protocol, sha256: str) -> Iterator[str]:
    yield click.style(found.title, bold=True)
    yield f"{found.id} version {found.version}, {found.status}; sha256 {sha256[:12]}"
    yield _wrapped(f"{found.work.authors.rstrip('.')}. {found.work.title}. {found.work.published_in}.", 0)
    if found.work.doi:
        yield f"doi:{found.work.doi}"
    yield f"For {found.indication}."
    yield from _heading("Eligibility")
    for criterion in found.eligibility:
        yield f"  {criterion.text}    [{criterion.source}]"
    for procedure in found.procedures:
        yield from _heading(f"Day {procedure.day}: {procedure.name}")
        for name, stated in (("device", procedure.device), ("stages", procedure.stages)):
            if stated:
                yield from _stated(name, stated)
        for step in procedure.steps:
            yield from _stated("step", step)
        if procedure.loading:
            for name in type(procedure.loading).model_fields:
                yield from _stated(f"beads.{name}", getattr(procedure.loading, name))
    for component in found.components:
        days = wording.listed(str(day) for day in component.days)
        yield from _heading(f"{component.key}, day {days}")
        for name in ("form", "dose", "route", "over", "start"):
            stated = getattr(component, name)
            if stated:
                yield from _stated(f"{component.key}.{name}", stated)
    yield from _heading("Course")
    for name in ("interval", "interval_counted", "premedication", "stop", "response_criterion"):
        stated = getattr(found, name)
        if stated:
            yield from _stated(name, stated)
    for visit in found.follow_up:
        yield _wrapped(f"{visit.what}, {visit.when}    [{visit.source}]", 6, first="  ")
    yield from _heading("Endpoints")
    for endpoint in found.endpoints:
        yield from _stated(f"{endpoint.id}{' (primary)' if endpoint.primary == 'yes' else ''}", endpoint.definition)
    yield from _heading("Cautions")
    for caution in found.cautions:
        yield from _stated("caution", caution)
    yield from _heading("Sources")
    for key, source in found.sources.items():
        yield f"  [{key}] {source.where}"
        yield _wrapped(source.states, 6)
        yield f"      held against the page by {source.held_by} on {source.held_on}; {source.confidence}"


def _stated(name: str, stated: Stated[Any]) -> Iterator[str]:
    if stated.unstated:
        options = f": {'; '.join(stated.options)}" if stated.options else ""
        yield _wrapped(f"{click.style('UNSTATED', fg='yellow')}, the site must say{options}", 6, first=f"  {name}  ")
    else:
        mark = click.style(" DISPUTED", fg="yellow") if stated.disputed else ""
        yield _wrapped(f"{wording.told(stated.value)}    [{stated.source}]{mark}", 6, first=f"  {name}  ")
    for other in stated.disputed:
        yield _wrapped(f"{wording.told(other.value)}    [{other.source}]", 10, first="      or  ")
    notes = [text for text in (stated.note, stated.discrepancy) if text]
    if notes:
        yield _wrapped(f"({'; '.join(notes)})", 6)


def differences(first: str, second: str, basis: Basis, rows: Sequence[Difference]) -> str:
    """What changes from one protocol to another, in this patient's milligrams."""
    surface = wording.say(basis.surface, places=4)
    body = f"{wording.say(basis.height, places=3)}, {wording.say(basis.weight, places=3)}, {surface}"
    out = [f"{first} against {second} for {body}"]
    for row in rows:
        out += ["", click.style(row.what, bold=True)]
        for name, text in ((first, row.first), (second, row.second)):
            out.append(_wrapped(text or "not there", len(name) + 4, first=f"  {name}: "))
    if not rows:
        out.append("no difference in dosing or scheduling")
    return "\n".join(out)


# ------------------------------------------------------------------------------------------------------------ courses


def course(data: Mapping[str, Any]) -> str:
    """A course: each cycle with its window, plan and what was done, then exposure, history and findings."""
    from .orders.finding import Finding

    protocol, patient = data["protocol"], data["patient"]
    out = [f"{protocol['title']}, version {protocol['version']}; {patient['name']}; course version {data['version']}"]
    for cycle in data["cycles"]:
        out += ["", *_cycle(cycle)]
    intensity = data["intensity"]
    if intensity:
        out += ["", f"Relative dose intensity so far: {wording.number(intensity['value'], places=1)} %"]
    elif data.get("intensities"):
        told = (f"{one['key']} {wording.number(one['intensity']['value'], places=1)} %" for one in data["intensities"])
        out += ["", f"Relative dose intensity so far: {wording.listed(told)}"]
    if data.get("changes"):
        out += ["", click.style("Changed doses", bold=True)]
        out += [_wrapped(_of_cycle(one), 4, first="  ") for one in data["changes"]]
    rows = [row for row in data["exposure"] if row["of"] == "drug" or row["limit"]]
    if rows:
        out += ["", click.style("Cumulative doses, in mg/m²: before, then after each cycle", bold=True)]
        out += [_exposed(row) for row in rows]
    if data.get("embolisation"):
        out += ["", _wrapped(_embolised(data["embolisation"]), 2)]
    if data["history"]:
        out += ["", click.style("Recorded", bold=True)]
        for one in data["history"]:
            names = [one["by"], *(f"released by {name}" for name in one["released_by"])]
            what = f"cycle {one['cycle']} {one['status']}, {one['on']}: {one['reason']} ({', '.join(names)})"
            out.append(_wrapped(what, 14, first=f"  {one['entered']}  "))
    if data["findings"]:
        out += ["", *findings([Finding(**one) for one in data["findings"]])]
    return "\n".join(out)


def _of_cycle(one: Mapping[str, Any]) -> str:
    """A dose of one cycle that is not the protocol's."""
    share = f"{wording.number(one['share']['value'], places=2)} % of the protocol dose"
    left = "omitted" if one["ordered"] is None else f"{wording.number(one['ordered']['value'])} mg, {share}"
    return f"cycle {one['cycle']}: {one['key']} {left}: {one['says']}, {one['reason']} ({one['by']})"


def _cycle(cycle: Mapping[str, Any]) -> Iterator[str]:
    window = cycle["window"]
    span = f"window {window['earliest']} to {window['latest']}" if window else "start"
    day = cycle["actual"] or cycle["planned"]
    late = cycle["delay"]
    delay = (
        f", {abs(late)} {wording.plural('day', abs(late))} {'after' if late > 0 else 'before'} the target"
        if late
        else ""
    )
    head = click.style(
        f"Cycle {cycle['number']}  {wording.day(dt.date.fromisoformat(day))}  {cycle['status']}", bold=True
    )
    yield f"{head}  ({span}{delay})"
    if cycle["why"]:
        yield _wrapped(cycle["why"], 9)
    for event in cycle["events"]:
        if event.get("start"):
            start, end = (dt.datetime.fromisoformat(event[key]) for key in ("start", "end"))
            until = "" if start == end else f" to {wording.clock(end, since=start.date())}"
            when = f"{start.date()} {start:%H:%M}{until}"
        else:
            when = event["date"]
        why = f"; {event['why']}" if event["why"] else ""
        yield _wrapped(f"{event['what']}{why}", 39, first=f"  {when:<37}")


def _embolised(beads: Mapping[str, Any]) -> str:
    """An embolisation over all its sessions: what is offered to the beads, and what went in so far."""
    offered = f"{wording.number(beads['offered']['value'])} mg" if beads["offered"] else "an amount not known yet"
    sessions = beads["sessions"]
    words = f"Each embolisation: {offered} of {beads['drug'] or 'a drug not decided yet'} offered to the beads"
    words += f", over {sessions} sessions together" if sessions > 1 else ""
    if beads["injected"]:
        parts = " + ".join(wording.number(one["value"]) for one in beads["injected"])
        words += f"; injected so far {parts} = {wording.number(beads['injected_together']['value'])} mg"
    return words


def _exposed(row: Mapping[str, Any]) -> str:
    values = [row["before"], *row["after"]]
    shown = " → ".join("unknown" if value is None else wording.number(value["value"], places=2) for value in values)
    limit = f"  (limit {wording.number(row['limit']['value'])}, {row['from']})" if row["limit"] else ""
    return f"  {row['name']:<14} {shown}{limit}"


# ------------------------------------------------------------------------------------------------------------- checks


MANY: Final = 6  # rules that begin alike
MOST_SHOWN: Final = 40  # findings of a table that a person would read on a screen


def check(one: One, yardstick: Yardstick) -> str:
    """The check of one order: the verdict, what departs, what could not be told, and what it was held against."""
    from .checks import UNWEIGHED
    from .orders.check import side_by_side
    from .orders.rules import RULES

    findings_, by = one.checked.findings, one.overrides
    count, left = len(one.stopping), len({row.rule for row in one.checked.not_checked})
    told = verdict(count, left if one.due is not None else None, one.answered)
    style = {"fg": "red", "bold": True} if count else {"fg": "green"}
    values = one.record.values
    who = ", ".join(str(values[path]) for path in ("patient", "protocol") if values.get(path))
    cycle = f", cycle {wording.number(values['cycle'])}" if "cycle" in values else ""
    out = [f"{one.path}    order {one.id}    {who}{cycle}", click.style(told, **style)]
    for finding, answer in zip(findings_, by, strict=True):
        out += findings([finding])
        out.append(
            _wrapped(RULES[finding.rule].advice, 15) + click.style(f"  ({finding.rule}, {finding.where})", dim=True)
        )
        if answer is not None:
            out.append(_wrapped(f"answered for by {answer.words}", 15))
    if UNWEIGHED in one.stopping:
        out += findings([UNWEIGHED])
    if one.standing:
        out += ["", "Of protocol and site:", *findings(one.standing)]
    differing = [] if one.due is None else [row for row in side_by_side(one.record, one.due) if row.differs]
    if differing:
        out += ["", *_side_by_side(differing)]
    if one.differences:
        out += ["", "Beside the other order:"]
        out += [
            _wrapped(f"{what.replace('_', ' ')}: {this or 'nothing'} here, {other or 'nothing'} there", 6, first="    ")
            for what, this, other in one.differences
        ]
    if one.due is not None:
        out += ["", *_not_checked(one.checked.not_checked)]
        site = yardstick.site
        held = f"{one.due.protocol} version {one.due.version}, sha256 {one.due.protocol_hash[:12]}"
        out.append(_wrapped(f"Held against {held}; site {site.name}, version {site.version}.", 0))
    out.append("An aid: to be checked independently by a second person.")
    return "\n".join(out)


def _side_by_side(rows: Sequence[Compared]) -> Iterator[str]:
    table = [("", "ordered", "expected", "deviation", "allowed")]
    table += [
        (row.what, row.ordered or "unknown", row.expected or "unknown", row.deviation, row.allowed) for row in rows
    ]
    widths = [max(len(cells[place]) for cells in table) for place in range(5)]
    for cells in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def verdict(count: int, left: int | None, answered: int = 0) -> str:
    """The verdict in one line: how many findings stop it, how many are answered for, how many rules were not asked."""
    told = [f"STOPPED by {count} {wording.plural('finding', count)}" if count else "nothing stops it"]
    told += [answered_for(answered)] if answered else []
    told += [f"{left} {wording.plural('rule', left)} could not be asked"] if left else []
    return "; ".join(told)


def answered_for(answered: int) -> str:
    """How many findings stop nothing any more, since somebody answers for them."""
    return f"{answered} {wording.plural('finding', answered)} answered for" if answered else ""


def not_checked(unknown: Sequence[NotChecked]) -> Iterator[tuple[str, list[str]]]:
    """What is missing, of which parts of the order, and the rules that it keeps from being asked."""
    parts: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for one in unknown:
        names = tuple(path.rpartition(".")[2].replace("_", " ") for path in one.missing)
        parts.setdefault(names, {}).setdefault(one.where.rpartition(".")[0], []).append(one.rule)
    for names, by_part in parts.items():
        of = ", ".join(part for part in by_part if part)
        rules_ = dict.fromkeys(rule for found in by_part.values() for rule in found)
        missing = f"{' and '.join(names)} of {of}" if of else " and ".join(names)
        yield missing, list(_shortened(rules_))


def _not_checked(unknown: Sequence[NotChecked]) -> Iterator[str]:
    if not unknown:
        yield "Every rule that applies could be asked."
        return
    yield "Not checked, since something is missing:"
    for missing, names in not_checked(unknown):
        yield _wrapped(f"{missing}: {', '.join(names)}", 6, first="    ")


def _shortened(names: Iterable[str]) -> Iterator[str]:
    """Names of rules; of many that begin alike, the beginning and how many they are."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.partition("-")[0], []).append(name)
    for family, members in families.items():
        yield from members if len(members) < MANY else [f"{family}-* ({len(members)} rules)"]


def checked_table(summary: Summary, kept: Kept | None, out: str | None) -> str:
    """What came of a table: how its orders stand, which rules fired how often, and what was not checked."""
    lines = [f"{summary.path}    {summary.rows:,} rows, {summary.orders:,} orders, each answered"]
    words = {**MARKS, "clear": "clear", "not-checked": "cannot be cleared"}
    lines.append(f"    {'each by its gravest':<25}{'orders':>11}{'of all':>12}")
    data = summary.data()
    for verdict, count in data["verdicts"].items():
        lines.append(f"    {words[verdict]:<25}{count:>11,}{_percent(count, summary.orders):>12}")
        if verdict == "clear" and summary.partly:
            share = _percent(summary.partly, summary.orders)
            lines.append(f"      {'with a rule not asked':<23}{summary.partly:>11,}{share:>12}")
    rows = data["rules"]
    if rows:
        heads = f"{'orders':>11}{'of all':>12}{'answered for':>14}{'of findings':>13}{'not asked':>11}"
        lines += ["", f"    {'rule':<25}{heads}"]
    for row in rows:
        answered = f"{row['overridden']:>14,}{_percent(row['overridden'], row['fired']):>13}"
        counts = f"{row['orders']:>11,}{_percent(row['orders'], summary.orders):>12}{answered}{row['not_checked']:>11,}"
        lines.append(f"    {row['rule']:<25}{counts}")
    if summary.standing:
        lines += ["", "Of protocol and site:", *findings(summary.standing)]
    if summary.never:
        lines += ["", *_not_checked(tuple(summary.never.values()))]
    if summary.unused:
        lines += ["", _wrapped(f"Columns that were not used: {', '.join(summary.unused)}", 4)]
    if kept is not None:
        lines += ["", *_first_findings(kept)]
    else:
        lines += ["", f"{out}: written"]
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"{wording.number(part / whole * 100, places=2)} %" if whole else "–"


def _first_findings(kept: Kept) -> Iterator[str]:
    """The gravest findings, each with the rule and the field by which somebody may answer for it."""
    rows = kept.gravest()
    for row in rows[:MOST_SHOWN]:
        words = _in_a_line(f"row {row['row']}, order {row['order']}: {row['message']}", row["measured"], row["allowed"])
        yield _marked(row["severity"], f"{words}  ({row['rule']}, {row['where']})")
    more = f"{len(rows) - MOST_SHOWN:,} more stop an order. " if len(rows) > MOST_SHOWN else ""
    yield _wrapped(f"{more}What else was found, and every row with its answer: --out findings.csv", 0)


# -------------------------------------------------------------------------------------------------------------- rules


def rules(catalogue: Mapping[str, Rule]) -> str:
    """Every rule by chapter: its name, its severity, and its message."""
    from .orders.rules import CHAPTERS

    out: list[str] = []
    for chapter, title in CHAPTERS.items():
        out += ["", click.style(title, bold=True)] if out else [click.style(title, bold=True)]
        for one in catalogue.values():
            if one.module == chapter:
                first = f"  {one.id:<24}{one.severities:<17}"
                out.append(_wrapped(one.message, 43, first=first))
    return "\n".join(out)


def rule(one: Rule) -> str:
    """One rule with all that is to be said of it."""
    data = one.data()
    out = [
        click.style(f"{one.id}    {one.severities}", bold=True),
        _wrapped(one.message[0].upper() + one.message[1:] + ".", 0),
    ]
    names = {
        "measured": "measured", "allowed": "allowed", "source": "source", "advice": "what to do", "needs": "needs",
        "hazards": "hazards",
    }  # fmt: skip
    data["hazards"] = [f"{words} ({id})" for id, words in data["hazards"].items()]
    for key, title in names.items():
        text = "; ".join(data[key]) if isinstance(data[key], list) else data[key]
        if text:
            out.append(_wrapped(text, 12, first=f"{title:<12}"))
    return "\n".join(out)
