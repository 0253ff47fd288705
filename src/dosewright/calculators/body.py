"""Body size: surface area, mass index, ideal, adjusted and lean weight.

Every formula is empirical: it leaves the unit system in one line, and returns to it in the last. None of them caps,
rounds or judges its input; plausible ranges belong to the order.
"""

from __future__ import annotations

from typing import Literal

from ..errors import Refusal
from ..units import BodyMassIndex, BodySurface, Height, Weight, quantity
from .checked import checked
from .columns import above, anywhere, choose, log10

Sex = Literal["male", "female"]

KG_PER_M2_TO_KG_PER_CM2 = 1e-4
JAMES_PEAK_MALE = 1.10 / (2 * 128)  # kg per cm²: where the parabola turns, body mass index 43.0
JAMES_PEAK_FEMALE = 1.07 / (2 * 148)  # body mass index 36.1
DEVINE_BASE_INCHES = 60.0


@checked
def bsa_mosteller(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Mosteller.

    Formula:  BSA [m²] = √(height [cm] × weight [kg] ÷ 3600)
    Limits:   the source states none; plausible ranges belong to the order.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Mosteller RD. N Engl J Med 1987;317:1098

    >>> from dosewright import wording
    >>> wording.say(bsa_mosteller(height=quantity("165 cm"), weight=quantity("60 kg")), places=4)
    '1.6583 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity((cm * kg / 3600) ** 0.5, "m²")


@checked
def bsa_du_bois(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Du Bois and Du Bois.

    Formula:  BSA [m²] = 0.007184 × weight [kg]^0.425 × height [cm]^0.725
    Limits:   from nine subjects; low in obesity (3 to 5 % below Mosteller).
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-871

    >>> from dosewright import wording
    >>> wording.say(bsa_du_bois(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7536 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.007184 * kg**0.425 * cm**0.725, "m²")


@checked
def bsa_haycock(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Haycock.

    Formula:  BSA [m²] = 0.024265 × weight [kg]^0.5378 × height [cm]^0.3964
    Limits:   infants, children and adults.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Haycock GB. J Pediatr 1978;93:62-66

    >>> from dosewright import wording
    >>> wording.say(bsa_haycock(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7543 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.024265 * kg**0.5378 * cm**0.3964, "m²")


@checked
def bsa_gehan_george(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Gehan and George.

    Formula:  BSA [m²] = 0.0235 × weight [kg]^0.51456 × height [cm]^0.42246
    Limits:   from 401 direct measurements.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Gehan EA, George SL. Cancer Chemother Rep 1970;54:225-235

    >>> from dosewright import wording
    >>> wording.say(bsa_gehan_george(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7628 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.0235 * kg**0.51456 * cm**0.42246, "m²")


@checked
def bsa_boyd(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Boyd, in the form with the weight in grams.

    Formula:  BSA [m²] = 0.0003207 × height [cm]^0.3 × weight [g]^(0.7285 − 0.0188 × log10(weight [g]))
    Limits:   the logarithm is decimal; the form in kilograms agrees to about 0.01 %.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Boyd E. The growth of the surface area of the human body. University of Minnesota Press 1935

    >>> from dosewright import wording
    >>> wording.say(bsa_boyd(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7618 m²'
    """
    cm, g = height.m_as("cm"), weight.m_as("g")
    return quantity(0.0003207 * cm**0.3 * g ** (0.7285 - 0.0188 * log10(g)), "m²")


@checked
def bsa_fujimoto(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Fujimoto.

    Formula:  BSA [m²] = 0.008883 × weight [kg]^0.444 × height [cm]^0.663
    Limits:   Japanese subjects.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Fujimoto S. Nippon Eiseigaku Zasshi 1968;23:443-450

    >>> from dosewright import wording
    >>> wording.say(bsa_fujimoto(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7072 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.008883 * kg**0.444 * cm**0.663, "m²")


@checked
def bsa_takahira(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Takahira.

    Formula:  BSA [m²] = 0.007241 × weight [kg]^0.425 × height [cm]^0.725
    Limits:   Japanese subjects.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Takahira H. 1925

    >>> from dosewright import wording
    >>> wording.say(bsa_takahira(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7675 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.007241 * kg**0.425 * cm**0.725, "m²")


@checked
def bsa_shuter_aslani(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Shuter and Aslani.

    Formula:  BSA [m²] = 0.00949 × weight [kg]^0.441 × height [cm]^0.655
    Limits:   the data of Du Bois, fitted anew.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Shuter B, Aslani A. Eur J Appl Physiol 2000;82:250-254

    >>> from dosewright import wording
    >>> wording.say(bsa_shuter_aslani(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7286 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.00949 * kg**0.441 * cm**0.655, "m²")


@checked
def bsa_schlich(*, height: Height, weight: Weight, sex: Sex) -> BodySurface:
    """Body surface area after Schlich, which depends on sex (printed elsewhere with the sexes exchanged).

    Formula:  male: BSA [m²] = 0.000579479 × weight [kg]^0.38 × height [cm]^1.24
              female: BSA [m²] = 0.000975482 × weight [kg]^0.46 × height [cm]^1.08
    Limits:   188 adults, measured in three dimensions.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Schlich E. Ernaehrungs Umschau 2010;57:178-183

    >>> from dosewright import wording
    >>> wording.say(bsa_schlich(height=quantity("170 cm"), weight=quantity("65 kg"), sex="male"), places=4)
    '1.6508 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    if sex == "male":
        return quantity(0.000579479 * kg**0.38 * cm**1.24, "m²")
    return quantity(0.000975482 * kg**0.46 * cm**1.08, "m²")


@checked
def bsa_livingston_lee(*, weight: Weight) -> BodySurface:
    """Body surface area after Livingston and Lee, from weight alone.

    Formula:  weight ≥ 10 kg: BSA [m²] = 0.1173 × weight [kg]^0.6466
              weight < 10 kg: BSA [m²] = 0.1037 × weight [kg]^0.6724
    Limits:   45 patients of 51 to 249 kg and published series; made for obesity.
    Raises:   UnitMistake, where weight is no body weight.
    Source:   Livingston EH, Lee S. Am J Physiol Endocrinol Metab 2001;281:E586-E591

    >>> from dosewright import wording
    >>> wording.say(bsa_livingston_lee(weight=quantity("65 kg")), places=4)
    '1.7439 m²'
    """
    kg = weight.m_as("kg")
    return quantity(choose(kg < 10, 0.1037 * kg**0.6724, 0.1173 * kg**0.6466), "m²")


@checked
def bsa_stevenson(*, height: Height, weight: Weight) -> BodySurface:
    """Body surface area after Stevenson.

    Formula:  BSA [m²] = 0.0061 × height [cm] + 0.0128 × weight [kg] − 0.1529
    Limits:   Chinese subjects; the attribution is recalled, the coefficients were read.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Stevenson PH. 1937 (Xu Wensheng)

    >>> from dosewright import wording
    >>> wording.say(bsa_stevenson(height=quantity("170 cm"), weight=quantity("65 kg")), places=4)
    '1.7161 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    return quantity(0.0061 * cm + 0.0128 * kg - 0.1529, "m²")


@checked
def bsa_zhao(*, height: Height, weight: Weight, sex: Sex) -> BodySurface:
    """Body surface area after Zhao Songshan, which depends on sex.

    Formula:  male: BSA [m²] = 0.00607 × height [cm] + 0.0127 × weight [kg] − 0.0698
              female: BSA [m²] = 0.00586 × height [cm] + 0.0126 × weight [kg] − 0.0461
    Limits:   Chinese adults; the attribution is recalled, the coefficients were read.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Zhao Songshan. 1984

    >>> from dosewright import wording
    >>> wording.say(bsa_zhao(height=quantity("170 cm"), weight=quantity("65 kg"), sex="male"), places=4)
    '1.7876 m²'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    if sex == "male":
        return quantity(0.00607 * cm + 0.0127 * kg - 0.0698, "m²")
    return quantity(0.00586 * cm + 0.0126 * kg - 0.0461, "m²")


@checked
def body_mass_index(*, height: Height, weight: Weight) -> BodyMassIndex:
    """Body mass index.

    Formula:  BMI [kg/m²] = weight [kg] ÷ height [m]^2
    Limits:   none.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   by definition

    >>> from dosewright import wording
    >>> wording.say(body_mass_index(height=quantity("170 cm"), weight=quantity("65 kg")), places=2)
    '22.49 kg/m²'
    """
    m, kg = height.m_as("m"), weight.m_as("kg")
    return quantity(kg / m**2, "kg/m²")


@checked
def ideal_body_weight_devine(*, height: Height, sex: Sex) -> Weight:
    """Ideal body weight after Devine.

    Formula:  male: ideal weight [kg] = 50 + 2.3 × (height [in] − 60)
              female: ideal weight [kg] = 45.5 + 2.3 × (height [in] − 60)
    Limits:   not defined below 60 in (152.4 cm).
    Raises:   UnitMistake, where height is no length; Refusal below 60 in.
    Source:   Devine BJ. 1974

    >>> from dosewright import wording
    >>> wording.say(ideal_body_weight_devine(height=quantity("170 cm"), sex="male"), places=2)
    '65.94 kg'
    """
    inches = height.m_as("in")
    if anywhere(above(DEVINE_BASE_INCHES, inches)):
        raise Refusal("Devine's ideal weight is not defined below 60 in (152.4 cm)", where="height", example="165 cm")
    return quantity((50 if sex == "male" else 45.5) + 2.3 * (inches - DEVINE_BASE_INCHES), "kg")


@checked
def adjusted_body_weight(*, height: Height, weight: Weight, sex: Sex) -> Weight:
    """Adjusted body weight: Devine's ideal weight and four tenths of what lies above it.

    Formula:  male: adjusted weight [kg] = (50 + 2.3 × (height [in] − 60)) + 0.4 × (weight [kg] − (50 + 2.3 × (height [in] − 60)))
              female: adjusted weight [kg] = (45.5 + 2.3 × (height [in] − 60)) + 0.4 × (weight [kg] − (45.5 + 2.3 × (height [in] − 60)))
    Limits:   as Devine's; factors of 0.25 and 0.5 are in use too. When to use it is local policy.
    Raises:   UnitMistake, where height is no length or weight no body weight; Refusal below 60 in.
    Source:   ideal weight after Devine 1974; factor 0.4

    >>> from dosewright import wording
    >>> wording.say(adjusted_body_weight(height=quantity("168 cm"), weight=quantity("95 kg"), sex="male"), places=2)
    '76.48 kg'
    """  # noqa: E501
    ideal, kg = ideal_body_weight_devine(height=height, sex=sex).m_as("kg"), weight.m_as("kg")
    return quantity(ideal + 0.4 * (kg - ideal), "kg")


@checked
def lean_body_weight_janmahasatian(*, height: Height, weight: Weight, sex: Sex) -> Weight:
    """Lean body weight after Janmahasatian (9270; the 9720 of public code is a slip).

    Formula:  male: lean weight [kg] = 9270 × weight [kg] ÷ (6680 + 216 × weight [kg] ÷ height [m]^2)
              female: lean weight [kg] = 9270 × weight [kg] ÷ (8780 + 244 × weight [kg] ÷ height [m]^2)
    Limits:   adults.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Janmahasatian S. Clin Pharmacokinet 2005;44:1051-1065

    >>> from dosewright import wording
    >>> person = {"height": quantity("168 cm"), "weight": quantity("95 kg"), "sex": "male"}
    >>> wording.say(lean_body_weight_janmahasatian(**person), places=2)
    '63.13 kg'
    """
    kg, bmi = weight.m_as("kg"), body_mass_index(height=height, weight=weight).m_as("kg/m²")
    return quantity(9270 * kg / (6680 + 216 * bmi if sex == "male" else 8780 + 244 * bmi), "kg")


@checked
def lean_body_weight_james(*, height: Height, weight: Weight, sex: Sex) -> Weight:
    """Lean body weight after James, a parabola that falls again in great obesity and is refused there.

    Formula:  male: lean weight [kg] = 1.10 × weight [kg] − 128 × (weight [kg] ÷ height [cm])^2
              female: lean weight [kg] = 1.07 × weight [kg] − 148 × (weight [kg] ÷ height [cm])^2
    Limits:   up to its peak, at a body mass index of 43.0 (male) or 36.1 kg/m² (female).
    Raises:   UnitMistake, where height is no length or weight no body weight; Refusal beyond the peak.
    Source:   James WPT. 1976

    >>> from dosewright import wording
    >>> person = {"height": quantity("168 cm"), "weight": quantity("95 kg"), "sex": "male"}
    >>> wording.say(lean_body_weight_james(**person), places=2)
    '63.57 kg'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    peak = JAMES_PEAK_MALE if sex == "male" else JAMES_PEAK_FEMALE
    if anywhere(kg / cm**2 > peak):
        at = f"{peak / KG_PER_M2_TO_KG_PER_CM2:.1f} kg/m²"
        raise Refusal(
            f"the lean weight of James falls again above a body mass index of {at} and is not defined there",
            where="weight",
        )
    ratio = (kg / cm) ** 2
    return quantity(1.10 * kg - 128 * ratio if sex == "male" else 1.07 * kg - 148 * ratio, "kg")


@checked
def lean_body_weight_boer(*, height: Height, weight: Weight, sex: Sex) -> Weight:
    """Lean body weight after Boer (coefficients recalled, not read: for information only).

    Formula:  male: lean weight [kg] = 0.407 × weight [kg] + 0.267 × height [cm] − 19.2
              female: lean weight [kg] = 0.252 × weight [kg] + 0.473 × height [cm] − 48.3
    Limits:   adults; no dose may rest on it before the coefficients have been read in the original.
    Raises:   UnitMistake, where height is no length or weight no body weight.
    Source:   Boer P. 1984 (RECALLED)

    >>> from dosewright import wording
    >>> person = {"height": quantity("168 cm"), "weight": quantity("95 kg"), "sex": "male"}
    >>> wording.say(lean_body_weight_boer(**person), places=2)
    '64.32 kg'
    """
    cm, kg = height.m_as("cm"), weight.m_as("kg")
    if sex == "male":
        return quantity(0.407 * kg + 0.267 * cm - 19.2, "kg")
    return quantity(0.252 * kg + 0.473 * cm - 48.3, "kg")
