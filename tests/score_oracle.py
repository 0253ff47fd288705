"""An independent oracle: the scores of the liver and the kidneys as their papers print them, in forty decimal digits.

It imports nothing of Dosewright. Values come as text, each in the unit of the paper.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

FORTY = Context(prec=40)
D = Decimal


def ln(x: Decimal) -> Decimal:
    return x.ln(FORTY)


def whole(x: Decimal) -> int:
    return int(x.quantize(D(1), ROUND_HALF_UP))


def at_least_one(x: str) -> Decimal:
    return D(x) if D(x) > 1 else D(1)


def clipped(x: str, low: str, high: str) -> Decimal:
    return sorted([D(low), D(x), D(high)])[1]


def albi(bilirubin_umol: str, albumin_g_per_l: str) -> tuple[Decimal, str, str]:
    """Score, grade, and the grade of mALBI."""
    score = D("0.66") * D(bilirubin_umol).log10(FORTY) - D("0.085") * D(albumin_g_per_l)
    if score <= D("-2.60"):
        return score, "1", "1"
    if score <= D("-1.39"):
        return score, "2", "2a" if score <= D("-2.27") else "2b"
    return score, "3", "3"


def ez_albi(bilirubin_mg: str, albumin_g_per_dl: str) -> Decimal:
    return D(bilirubin_mg) - 9 * D(albumin_g_per_dl)


def creatinine_used(mg: str, most: str, dialysis: bool) -> Decimal:
    return D(most) if dialysis else clipped(mg, "1", most)


def meld(bilirubin_mg: str, inr: str, creatinine_mg: str, dialysis: bool) -> tuple[Decimal, int]:
    raw = (
        D("3.78") * ln(at_least_one(bilirubin_mg))
        + D("11.2") * ln(at_least_one(inr))
        + D("9.57") * ln(creatinine_used(creatinine_mg, "4", dialysis))
        + D("6.43")
    )
    return raw, whole(clipped(str(whole(raw)), "6", "40"))


def meld_na(bilirubin_mg: str, inr: str, creatinine_mg: str, sodium: str, dialysis: bool) -> tuple[int, int]:
    """The MELD it starts from, and MELD-Na."""
    i = (
        D("0.957") * ln(creatinine_used(creatinine_mg, "4", dialysis))
        + D("0.378") * ln(at_least_one(bilirubin_mg))
        + D("1.120") * ln(at_least_one(inr))
        + D("0.643")
    )
    first = int(i.quantize(D("0.1"), ROUND_HALF_UP) * 10)
    final = D(first)
    if first > 11:
        lacking = 137 - clipped(sodium, "125", "137")
        final = first + D("1.32") * lacking - D("0.033") * first * lacking
    return first, whole(clipped(str(whole(final)), "6", "40"))


def meld_3(
    bilirubin_mg: str, inr: str, creatinine_mg: str, sodium: str, albumin_g_per_dl: str, female: bool, dialysis: bool
) -> tuple[Decimal, int]:
    b, c = ln(at_least_one(bilirubin_mg)), ln(creatinine_used(creatinine_mg, "3", dialysis))
    na, alb = 137 - clipped(sodium, "125", "137"), D("3.5") - clipped(albumin_g_per_dl, "1.5", "3.5")
    raw = D("1.33") * female + D("4.56") * b + D("0.82") * na - D("0.24") * na * b
    raw += D("9.09") * ln(at_least_one(inr)) + D("11.14") * c + D("1.85") * alb - D("1.83") * alb * c + 6
    return raw, whole(clipped(str(whole(raw)), "6", "40"))


def child_pugh(
    bilirubin: str, unit: str, albumin_g_per_l: str, clotting: str, by: str, ascites: int, head: int
) -> tuple[int, str]:
    """Points and class by the usual printing; ascites as 0, 1 or 2, encephalopathy as its grade."""
    two, three = {"mg/dL": (2, 3), "µmol/L": (34, 51)}[unit]
    points = 1 + (D(bilirubin) >= two) + (D(bilirubin) > three)
    points += 1 + (D(albumin_g_per_l) <= 35) + (D(albumin_g_per_l) < 28)
    two, three = {"INR": (D("1.7"), D("2.3")), "s": (D(4), D(6))}[by]
    points += 1 + (D(clotting) >= two) + (D(clotting) > three)
    points += 1 + ascites + 1 + (head >= 1) + (head >= 3)
    return points, "A" if points < 7 else "B" if points < 10 else "C"


def fib_4(age: str, ast: str, alt: str, platelets: str) -> Decimal:
    return D(age) * D(ast) / (D(platelets) * D(alt).sqrt(FORTY))


def cockcroft_gault(age: str, kg: str, creatinine_mg: str, female: bool) -> Decimal:
    man = FORTY.divide((140 - D(age)) * D(kg), 72 * D(creatinine_mg))
    return man * D("0.85") if female else man


def ckd_epi_2021(age: str, creatinine_mg: str, female: bool) -> Decimal:
    k, a = (D("0.7"), D("-0.241")) if female else (D("0.9"), D("-0.302"))
    ratio = FORTY.divide(D(creatinine_mg), k)
    power = a if ratio < 1 else D("-1.200")
    found = 142 * FORTY.power(ratio, power) * FORTY.power(D("0.9938"), D(age))
    return found * D("1.012") if female else found
