"""What free words name, drug by drug: amounts, times, rates, routes and shares, and whether a drug is not to be given.

A phrase that is not plainly an instruction for today names nothing: a condition, an earlier or a later cycle, another
drug, or words that are not known here. What is told then is seldom wrong, and much is not told.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Mapping
from typing import Final

from ...protocol.drugs import ALIASES, drugs
from ...protocol.lookalikes import look_alikes

_NUMBER: Final = r"(?<![\w.,])(?:([1-9]\d{0,2}(?:,\d{3})+)(\.\d+)?|(\d+(?:[.,]\d+)?))\s*"
_HOUR: Final = r"h(?:(?:ou)?r)?(?!\w)"
_PER_AREA: Final = r"(?:\s*/\s*|\s*per\s+)(?:m(?:²|2|\^2)|sq|square|kg)(?!\w)"
_AMOUNT: Final = re.compile(
    rf"{_NUMBER}(mg|g|mcg|[µμu]g|hours?|hrs?|h|min(?:ute)?s?|mL)"
    rf"(?![\w²^*]|\s*/|\s*per\s+(?:{_HOUR}|(?:m(?:²|2|\^2|L|in(?:ute)?)?|sq|square|kg)(?!\w)))",
    re.IGNORECASE,
)
_RATE: Final = re.compile(rf"{_NUMBER}mL\s*(?:/|per\s)\s*{_HOUR}", re.IGNORECASE)
_DOSE_PER: Final = re.compile(rf"{_NUMBER}(?:mg|g|mcg|[µμu]g){_PER_AREA}", re.IGNORECASE)
_MG: Final = {"mg": 1.0, "g": 1000.0, "mcg": 0.001, "µg": 0.001, "μg": 0.001, "ug": 0.001}
_HOURS: Final = {"h": 1.0, "m": 1 / 60}  # by the first letter

_CONTAINER: Final = r"(?:vials?|ampo?ules?)(?!\w)"
_BESIDES: Final = (
    "dexamethasone|ondansetron|granisetron|palonosetron|tropisetron|aprepitant|fosaprepitant|metoclopramide|olanzapine|"
    "paracetamol|acetaminophen|tramadol|morphine|chlorphenamine|diphenhydramine|promethazine|famotidine|pantoprazole|"
    "omeprazole|furosemide|lidocaine|magnesium sulfate|hydrocortisone|methylprednisolone"
)
"""Medicines that are given beside such drugs: general knowledge. Their amounts are not those of the line."""
_LAST_TIME: Final = (
    r"(?:(?:last|previous|prior|earlier)\s+(?:cycle|course|dose|time|order|treatment)(?:'?s)?|previous(?:ly)?|earlier)"
)
_NO_DOSE_AFTER: Final = re.compile(
    rf"{_CONTAINER}\s*(?:of|with|containing|[:@])?\s*$"
    rf"|(?<!\w)(?:{_BESIDES})\s*:?\s*$"
    r"|(?<!\w)(?:discard|waste)\s+(?:the\s+)?(?:remaining\s+|remainder\s*|rest\s*)?(?:of\s+|[:,]\s*)?$",
    re.IGNORECASE,
)
"""What stands before an amount that is of a vial, is thrown away, or is of a medicine that goes beside the drug."""
_NO_DOSE_BEFORE: Final = re.compile(
    rf"\s*-?\s*{_CONTAINER}|\s*(?:(?:is|are|to be|will be)\s+)?(?:discarded|wasted)(?!\w)|\s*waste\s*(?:[.,;)]|$)",
    re.IGNORECASE,
)
"""What stands behind such an amount."""
_BYGONE: Final = re.compile(
    rf"(?<!\w)(?P<again>(?:as|like|same|give|repeat|continue|again)(?:\W+\w+){{0,3}}?\W+)?{_LAST_TIME}"
    r"(?:\s*:|\s+(?!now|today|this|give|to|then)\w+){0,3}\s*$",
    re.IGNORECASE,
)
"""What stands before the amount of an earlier cycle; where that is to be given again, it is one of today."""
_PART_AFTER: Final = re.compile(
    r"(?<!\w)(?:first|initial|last|every|each|(?:use|used|stable)\s+(?:for|within)|observe\s+for|wait(?:\s+for)?)\s+$",
    re.IGNORECASE,
)
"""What stands before a time that is only a part of it, or is none of the infusion."""
_PART_BEFORE: Final = re.compile(r"\s*(?:before|beforehand|prior|apart|later)(?!\w)", re.IGNORECASE)
_NEAR: Final = 80  # characters on either side that say what an amount is of
_LASTING: Final = re.compile(r"(?<!\w)(?:over|during|for|run|runs|infuse|lasting)\s+$", re.IGNORECASE)


def _number(match: re.Match[str]) -> float:
    """The number of a remark, in which a comma that is no sign between thousands is a decimal one."""
    thousands, rest, plain = match[1], match[2] or "", match[3]
    return float(thousands.replace(",", "") + rest if thousands else plain.replace(",", "."))


@functools.lru_cache(maxsize=16_384)
def amounts(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The amounts of drug in mg, and the times in hours, that a remark names.

    What is in a vial, what is thrown away and what an earlier cycle gave are no amounts of the dose, and a part of the
    time is none of its times.

    >>> amounts("2 vials of 100 mg, discard 59 mg: 141 mg; last cycle 150 mg")
    ((141.0,), ())
    >>> amounts("first 15 minutes slowly, over 4 h in all")
    ((), (4.0,))
    """
    mg, hours = _found(text)
    return tuple(one for _, _, one in mg), tuple(one for _, _, one in hours)


Found = tuple[int, int, float]  # where in a text it begins and ends, and how much it is


@functools.lru_cache(maxsize=16_384)
def _found(text: str) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """The amounts of drug in mg, and the times in hours, with where in a text each stands."""
    mg, hours = [], []
    for match in _AMOUNT.finditer(text):
        number, unit = _number(match), match[4].lower()
        before, after = text[max(0, match.start() - _NEAR) : match.start()], text[match.end() : match.end() + _NEAR]
        if unit in _MG and not _of_no_dose(before, after):
            mg.append((*match.span(), number * _MG[unit]))
        elif unit not in _MG and unit != "ml" and not _of_a_part(before, after):
            hours.append((*match.span(), number * _HOURS[unit[0]]))
    return tuple(mg), tuple(hours)


def _of_no_dose(before: str, after: str) -> bool:
    """Whether an amount is of a vial, thrown away, or of an earlier cycle."""
    bygone = _BYGONE.search(before)
    earlier = bygone is not None and bygone["again"] is None
    return earlier or _NO_DOSE_AFTER.search(before) is not None or _NO_DOSE_BEFORE.match(after) is not None


def _of_a_part(before: str, after: str) -> bool:
    """Whether a time is a part of it, or lies before or between infusions."""
    if _PART_AFTER.search(before):
        return True
    return _PART_BEFORE.match(after) is not None and not _LASTING.search(before)


@functools.lru_cache(maxsize=16_384)
def rates(text: str) -> tuple[float, ...]:
    """The rates in mL per hour that a remark names."""
    return tuple(map(_number, _RATE.finditer(text)))


@functools.lru_cache(maxsize=16_384)
def only_per_area(text: str) -> bool:
    """Whether words give a dose per m² or per kg and no amount, so that whoever gives it has to compute it.

    >>> only_per_area("oxaliplatin 85 mg/m2 over 4 h"), only_per_area("85 mg/m² × 1.66 m² = 141 mg")
    (True, False)
    """
    return _DOSE_PER.search(text) is not None and not amounts(text)[0]


# ------------------------------------------------------------------------------------- sentences, and the drugs in them

_SENTENCES: Final = re.compile(r"[;!?\n]|(?<!\.\w)\.(?=\s|$)")
_CLAUSES: Final = re.compile(r",(?!\d)|\s[–—-]\s|[()\[\]]|(?<!\w)(?:then|but)(?!\w)")
_CONDITION: Final = re.compile(
    r"[<>≤≥]|(?<!\w)(?:if|when|whenever|unless|until|till|in case|once|provided|pending|depending|while|below|above)"
    r"(?!\w)"
)
_PERCENT: Final = r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?)\s*(?:%|per\s?cent(?!\w))"


@functools.cache
def names() -> Mapping[str, str]:
    """Every name of a drug that is known, in small letters, with the generic name that it stands for."""
    return {**{name: name for name in {*look_alikes(), *drugs()}}, **ALIASES}


@functools.cache
def _name() -> str:
    """A pattern of any of these names, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(names(), key=lambda one: (-len(one), one)))) + ")"


@functools.cache
def _named() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])({_name()})(?![\w-])", re.IGNORECASE)


def _drugs_in(clause: str) -> frozenset[str]:
    """The drugs that a clause in small letters names."""
    return frozenset(names()[one] for one in _named().findall(clause) if one in names())


@functools.lru_cache(maxsize=16_384)
def _instructions(text: str) -> tuple[str, ...]:
    """The clauses of a text, in small letters, without the sentences that hang on a condition."""
    sentences = _SENTENCES.split(text.casefold())
    return tuple(clause for one in sentences if not _CONDITION.search(one) for clause in _CLAUSES.split(one))


def _is_of(named: frozenset[str], drug: str, by_name: bool = False) -> bool:
    """Whether a clause that names some drugs is of one: it names it, or, where it stands beside its line, none."""
    return drug in named or not (named or by_name)


# --------------------------------------------------------------------------------- of one drug in a remark on the order


@functools.lru_cache(maxsize=16_384)
def amounts_of(text: str, drug: str) -> tuple[float, ...]:
    """The first amount in mg behind each mention of a drug, in the same sentence and before another drug is named.

    >>> amounts_of("5-FU 2000 mg, leucovorin 300 mg", "fluorouracil")
    (2000.0,)
    """
    return _first_of(text, drug, _found(text)[0], _is_amount)


@functools.lru_cache(maxsize=16_384)
def hours_of(text: str, drug: str) -> tuple[float, ...]:
    """The first time in hours behind each mention of a drug, over which it is to run.

    >>> hours_of("oxaliplatin over 4 h; fluorouracil over 46 h", "fluorouracil")
    (46.0,)
    """
    return _first_of(text, drug, _found(text)[1], _is_time)


def _first_of(
    text: str, drug: str, known: tuple[Found, ...], is_one: Callable[[str, str, str], bool]
) -> tuple[float, ...]:
    """The first amount, or time, behind each mention of a drug, that what stands around it leaves to that drug."""
    mentions = _mentions(text) if known else ()
    found = []
    for mention, following in itertools.zip_longest(mentions, mentions[1:]):
        name, end = mention[1].casefold(), mention.end()
        if names().get(name) != drug:
            continue
        ends = [one.start() for one in (following, _SENTENCES.search(text, end)) if one is not None]
        until = min(ends, default=len(text))
        for start, behind, value in known:
            if end <= start < until and is_one(name, text[end:start], text[behind:]):
                found.append(value)
                break
    return tuple(found)


@functools.lru_cache(maxsize=16_384)
def _mentions(text: str) -> tuple[re.Match[str], ...]:
    return tuple(_named().finditer(text))


def _is_amount(name: str, between: str, behind: str) -> bool:
    """Whether an amount behind a name is of that drug; a short name may be of something else."""
    return name in drugs() or re.fullmatch(r"[^,.;\d]{0,20}", between) is not None


def _is_time(name: str, between: str, behind: str) -> bool:
    """Whether a time behind a name is how long the drug runs."""
    lasts = _LASTING.search(between) or re.match(r"\s*-?\s*infusion", behind, re.IGNORECASE)
    return lasts is not None or not between.strip(" :,(")


# ---------------------------------------------------------------------------------------------------------- other drugs

_NOT_IN_PLACE: Final = re.compile(
    r"(?<!\w)(?:not|no|instead of|replacing|replaces|in place of|before|after|with|beside|prior to)\s+$"
)


@functools.lru_cache(maxsize=16_384)
def other_drugs(text: str, drug: str) -> frozenset[str]:
    """The drugs that words name in the place of this one: of words that name this one as well, none.

    >>> sorted(other_drugs("carboplatin 153 mg instead of oxaliplatin", "oxaliplatin"))
    ['carboplatin']
    """
    small = text.casefold()
    found = [one[1] for one in _named().finditer(small) if not _NOT_IN_PLACE.search(small[: one.start()])]
    named = frozenset(names()[one] for one in found if one in names())
    return frozenset() if drug in named else named


# --------------------------------------------------------------------------------------------------------------- routes

_ROUTES: Final[Mapping[str, str]] = {
    "hepatic intra-arterial": r"(?:hepatic\s+)?(?:intra-?\s?arterial(?:ly)?|arterial(?:ly)?|artery)|hai|ia|i\.\s?a\.?",
    "intravenous": r"(?:intra-?)?venous(?:ly)?|(?:peripheral\s+|central\s+)?veins?|iv|i\.\s?v\.?",
    "oral": r"oral(?:ly)?|by\s+mouth|po|p\.\s?o\.?",
    "subcutaneous": r"subcutaneous(?:ly)?|sc|s\.\s?c\.?",
    "intrathecal": r"intrathecal(?:ly)?|i\.\s?t\.?",
    "intramuscular": r"intramuscular(?:ly)?|im|i\.\s?m\.?",
    "intraperitoneal": r"intraperitoneal(?:ly)?",
}
_BY_ROUTE: Final = {name: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])") for name, words in _ROUTES.items()}
_ROUTE: Final = re.compile(rf"(?<![\w-])(?:{'|'.join(_ROUTES.values())})(?![\w-])")
_BESIDE: Final = re.compile(r"(?<!\w)(?:with|and|after|before|beside)(?!\w|\s+it(?!\w))")
_NO_ROUTE_AFTER: Final = re.compile(
    r"(?<!\w)(?:not|never|no|flush(?:\s+the)?|portal|hepatic)(?:\s+(?:by|via|into))?\s+$"
)
_NO_ROUTE_BEFORE: Final = re.compile(
    r"\s*(?:fluids?|access|cannula|antiemetics?|premed\w*|hydration|flush\w*|thromb\w*|pressure|blood|gas)(?!\w)"
)
_PLAIN: Final = (
    r"give|given|administer|administered|infuse|infused|infusion|inject|injected|injection|run|deliver|change|switch|"
    r"please|this|it|the|drug|dose|today|now|only|always|as|an|a|by|via|through|into|to|for|over|at|in|use|used|"
    r"route|line|catheter|port|arm|left|right|slow|slowly|bolus|push|pump|bag|must|is|be|"
    r"\d+(?:[.,]\d+)*|mg|g|ml|h|hours?|hrs?|min|minutes?"
)
"""The words of a clause that says by which route, and nothing else."""


@functools.lru_cache(maxsize=16_384)
def routes(text: str, drug: str) -> frozenset[str]:
    """The routes that the line of a drug names as it is written.

    >>> sorted(routes("oxaliplatin 153 mg intravenously, flush the artery", "oxaliplatin"))
    ['intravenous']
    """
    parts = (part for clause in _instructions(text) if _ROUTE.search(clause) for part in _BESIDE.split(clause))
    return frozenset(name for part in parts if _is_of(_drugs_in(part), drug) for name in _BY_ROUTE if _goes(name, part))


def _goes(name: str, words: str) -> bool:
    """Whether words name a route, and not only something else that is of a vein, an artery or a mouth."""
    return any(
        not _NO_ROUTE_AFTER.search(words[: one.start()]) and not _NO_ROUTE_BEFORE.match(words[one.end() :])
        for one in _BY_ROUTE[name].finditer(words)
    )


def routes_told(text: str, drug: str, by_name: bool = False) -> frozenset[str]:
    """The routes by which a remark tells to give a drug: of clauses that say nothing else, and name no other drug.

    >>> routes_told("give intravenously", "oxaliplatin"), routes_told("IV fluids before", "oxaliplatin")
    (frozenset({'intravenous'}), frozenset())
    """
    return frozenset(route for named, route in _routes_told(text) if _is_of(named, drug, by_name))


@functools.lru_cache(maxsize=16_384)
def _routes_told(text: str) -> tuple[tuple[frozenset[str], str], ...]:
    """Each route that a remark tells, with the drugs that its clause names."""
    found = []
    for clause in filter(_ROUTE.search, _instructions(text)):
        for name, words in _BY_ROUTE.items():
            rest, times = words.subn(" ", clause)
            if times and _plain().fullmatch(rest):
                found.append((_drugs_in(clause), name))
    return tuple(found)


@functools.cache
def _plain() -> re.Pattern[str]:
    return re.compile(rf"""(?>(?:{_name()}|{_PLAIN})(?![\w-])|[\s:.,/"'*])*""")


# ----------------------------------------------------------------------------------------------------- shares of a dose

_SHARES: Final = {
    "three quarters": 75.0, "3/4": 75.0, "¾": 75.0, "half": 50.0, "halve": 50.0, "halved": 50.0, "1/2": 50.0, "½": 50.0,
    "quarter": 25.0, "1/4": 25.0, "¼": 25.0, "full": 100.0, "double": 200.0, "doubled": 200.0, "twice": 200.0,
    "triple": 300.0, "tripled": 300.0,
}  # fmt: skip
_MAY_SHARE: Final = re.compile(r"%|per\s?cent|quarter|hal[fv]|doubl|twice|tripl|full|[½¾¼]|[13]/[24]", re.IGNORECASE)
_OTHERWISE: Final = re.compile(
    r"(?<!\w)(?:(?:next|previous|last|earlier|prior|first|later|after|before|was|were|had|been|history|within|round\w*|"
    r"toleran\w*|deviat\w*|maximum|max|at most|up to|no|not|never|check\w*|verif\w*)(?!\w)|cycles? \d)"
)
"""What makes of a share none of the dose of today."""
_AGAIN: Final = re.compile(r"(?<!\w)(?:as|like)\s+(?:in\s+|at\s+)?(?:the\s+)?(?:last|previous|earlier)(?:\s+\w+)?")
_FLUID: Final = r"(?!\s*(?:of\s+(?!the\s+dose|dose)|glucose|dextrose|sodium|saline|nacl|solution))"
_NO_DOSE: Final = (
    r"(?!\w|\s*-?\s*(?:reduc|decreas|increas|escalat|deviat|toleran|limit|cap|round|band|vari|check|verif))"
)
_OF_WHAT: Final = "full|protocol(?:'s)?|planned|usual|calculated|standard|ordered|normal|starting|initial"


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The phrases that name a share of the dose, and what each names: the share itself, or what is taken or added."""
    drug = rf"(?:the\s+)?{_name()}"
    of_dose = rf"\s*(?:of\s+)?(?:the\s+|its\s+)?(?:(?:{_OF_WHAT}|{_name()})\s+){{0,3}}dos(?:es|e|age){_NO_DOSE}"
    filled = rf"(?:(?:the|dose|doses|of|it|this|today|all|drugs|both|further|about|{_name()})\s+){{0,5}}"
    subject = rf"(?:^\s*|(?<!\w)(?:dose|doses|{_name()})[\s-]+(?:is\s+|are\s+|now\s+)?)"
    less, more = r"(?<!\w)(?:reduce|decrease|lower)", r"(?<!\w)(?:increase|raise|escalate)"
    lessened, grown = r"(?:reduced|decreased|lowered)", r"(?:increased|raised|escalated)"
    change = r"(?:reduction|decrease)"
    own = rf"{_FLUID}(?!\s*(?:dose\s+)?(?:reduc|decreas|increas))"
    part = r"three[\s-]quarters|half|quarter|double|twice|triple|full"
    alone = r"(?=\s*(?:today|now|only)?\s*$)"
    rows = (
        (rf"{_PERCENT}{of_dose}", "share"),
        (rf"(?<!\w)dos(?:es|e|age)\s*(?:is|at|to|of|:|=|now)?\s*{_PERCENT}{own}", "share"),
        (rf"(?<!\w){drug}\s*(?:at|to|:|=)?\s*{_PERCENT}{own}", "share"),
        (rf"{_PERCENT}\s*(?:of\s+)?{drug}(?![\w-])", "share"),
        (rf"(?<!\w)(?:give|all|both|drugs)\s+{filled}(?:(?:at|to|only)\s+)?{_PERCENT}{alone}", "share"),
        (rf"(?:{less}|{more})\s+{filled}to\s+{_PERCENT}", "share"),
        (rf"{subject}(?:{lessened}|{grown})\s+to\s+{_PERCENT}", "share"),
        (rf"{less}\s+{filled}(?:by\s+)?{_PERCENT}", "less"),
        (rf"{subject}{lessened}\s+(?:by\s+)?{_PERCENT}", "less"),
        (rf"{more}\s+{filled}(?:by\s+)?{_PERCENT}", "more"),
        (rf"{subject}{grown}\s+(?:by\s+)?{_PERCENT}", "more"),
        (rf"(?<!\w){drug}\s+by\s+{_PERCENT}", "less"),
        (rf"(?<!\w)dose\s+{change}\s*(?:of|by|:|=)?\s*{_PERCENT}", "less"),
        (rf"{_PERCENT}\s*-?\s*dose\s+{change}", "less"),
        (rf"{_PERCENT}\s*{change}(?:\s+(?:of|in)\s+(?:(?:the\s+)?dose(?!\w)|{drug})|\s*$)", "less"),
        (rf"^\s*(?:give\s+)?{_PERCENT}\s+less{alone}", "less"),
        (rf"(?<!\w)({part}|3/4|¾|1/2|½|1/4|¼)[\s-]*{of_dose}", "word"),
        (rf"(?<!\w)({part})\s+(?:of\s+)?{drug}(?![\w-])", "word"),
        (rf"(?<!\w)(halve|double|triple)\s+(?:{drug}|it|(?:the\s+)?dose)(?![\w-])", "word"),
        (rf"{subject}(halved|doubled|tripled)(?!\w)", "word"),
    )
    return tuple((re.compile(pattern), kind) for pattern, kind in rows)


def shares(text: str, drug: str, by_name: bool = False) -> tuple[float, ...]:
    """The shares of the dose, in percent, that a remark says are given of a drug.

    >>> shares("reduce oxaliplatin by 20 %", "oxaliplatin"), shares("half dose today", "oxaliplatin")
    ((80.0,), (50.0,))
    """
    return tuple(share for named, share in _shares_told(text) if _is_of(named, drug, by_name))


@functools.lru_cache(maxsize=16_384)
def _shares_told(text: str) -> tuple[tuple[frozenset[str], float], ...]:
    """Each share that a remark names, with the drugs that its clause names."""
    if not _MAY_SHARE.search(text):
        return ()
    found: dict[tuple[frozenset[str], float], None] = {}
    for clause in (part for one in filter(_MAY_SHARE.search, _instructions(text)) for part in _apart(one)):
        if not _OTHERWISE.search(_AGAIN.sub(" ", clause)):
            found |= dict.fromkeys((_drugs_in(clause), share) for share in _shares_in(clause))
    return tuple(found)


def _apart(clause: str) -> list[str]:
    """A clause that names several drugs, in as many parts as have one of their own."""
    parts = re.split(r"(?<!\w)and(?!\w)", clause)
    if len(parts) > 1 and all(map(_MAY_SHARE.search, parts)) and all(map(_drugs_in, parts)):
        return parts
    return [clause]


def _shares_in(clause: str) -> list[float]:
    """The shares that one clause names; what a phrase has said, the next ones do not say again."""
    found = []
    for pattern, kind in _patterns():
        for match in pattern.finditer(clause):
            if kind == "word":
                found.append(_SHARES[re.sub(r"[\s-]+", " ", match[1])])
            else:
                number = float(match[1].replace(",", "."))
                found.append({"share": number, "less": 100.0 - number, "more": 100.0 + number}[kind])
        clause = pattern.sub(" ", clause)
    return found


# ---------------------------------------------------------------------------------------------- what is not to be given

_MAY_WITHHOLD: Final = re.compile(
    r"h[eo]ld|omit|stop|discontinue|skip|cancel|leave|left|not|don|never|no\s", re.IGNORECASE
)
_WITHHELD: Final = (
    r"(?:do\s+not|don['’]?t|never)\s+(?:give|administer|infuse|start|run|prepare)|hold|withhold|omit|skip|cancel|"
    r"stop|discontinue|leave\s+out|not\s+(?:today|this\s+cycle)|on\s+hold|omitted|withheld|held|cancell?ed|skipped|left\s+out|not\s+(?:to\s+be\s+)?(?:given|administered)"
)
_AROUND: Final = (
    r"please|this|it|the|drug|drugs|dose|doses|line|infusion|today|now|cycle|all|both|any|and|or|is|are|be|to|must|should|"
    r"for|patient|everything|medication|chemotherapy|chemo|treatment|completely|entirely|altogether"
)


@functools.cache
def _withholding() -> re.Pattern[str]:
    around = rf"""(?:(?:{_name()}|{_AROUND})(?![\w-])[\s:"'*]*)*"""
    why = r"(?:(?:due\s+to|because|owing\s+to|on\s+account\s+of|in\s+view\s+of)(?!\w).*)?"
    # where no drug follows it, 'no' says nothing of one
    not_given = rf"(?:(?:{_WITHHELD})(?![\w-])|no(?=\s+{_name()}(?![\w-])))"
    return re.compile(rf"""[\s:"'*]*{around}{not_given}[\s"'*]*{around}{why}""")


def withheld(text: str, drug: str) -> bool:
    """Whether a remark says, without a condition, that a drug is not to be given; one that names none says it of all.

    >>> withheld("do NOT give", "oxaliplatin"), withheld("hold if neutrophils < 1.0", "oxaliplatin")
    (True, False)
    """
    return any(_is_of(named, drug) for named in _withheld(text))


@functools.lru_cache(maxsize=16_384)
def _withheld(text: str) -> tuple[frozenset[str], ...]:
    """Of each clause by which something is not to be given, the drugs that it names."""
    if not _MAY_WITHHOLD.search(text):
        return ()
    clauses = filter(_MAY_WITHHOLD.search, _instructions(text))
    return tuple(_drugs_in(one) for one in clauses if _withholding().fullmatch(one))
