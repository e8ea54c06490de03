"""Modulations: what the price list's help tells its reader, and what the middle of published figures is."""

import re

import pytest

from planner import radio
from planner.catalogue import works

SAID = re.compile(r"\b(QPSK|\d+QAM) (\d+(?:\.\d+)?)")


def sections():
    """Return the help of every field of the price list that tells rates of modulations."""
    helps = [
        field.description or ""
        for model in vars(works).values()
        if hasattr(model, "model_fields")
        for field in model.model_fields.values()
    ]
    return {text for text in helps if "QPSK 1" in text}


def test_the_rates_told_are_those_reckoned_with():
    told = sections()
    assert told
    for text in told:
        said = {name: float(rate) for name, rate in SAID.findall(text)}
        assert said == {
            name if name == "QPSK" else f"{name[3:]}QAM": step.net_bit_s_hz
            for name, step in radio.Modulation.__members__.items()
        }


@pytest.mark.parametrize(
    ("modulation", "least_db", "most_db"),
    [
        # signal above thermal noise at a bit error ratio of 1e-6 of commercial single-carrier radios, as collected from
        # what is published: the spread, or one figure where makers agree to some tenths
        ("QPSK", 12.0, 15.0),
        ("QAM16", 18.5, 21.0),
        ("QAM32", 22.5, 24.0),
        ("QAM64", 26.3, 26.3),
        ("QAM128", 29.0, 29.0),
        ("QAM256", 32.5, 32.5),
    ],
)
def test_the_signal_needed_is_the_middle_of_what_is_published(modulation, least_db, most_db):
    assert radio.Modulation[modulation].above_noise_db == pytest.approx((least_db + most_db) / 2)
