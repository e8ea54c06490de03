"""One field of a scenario file changed where it stands."""

import pytest

from planner.errors import InputError
from planner.scenario import amend, load_scenario

HEAD = "schema_version: 1\nname: x\nmoney: {currency: USD, price_year: 2026}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "inputs:\n  # offices\n  offices:\n    - file: a.csv\n  # hills\n  terrain:\n  - t.tif\n  # what follows\n",
            "inputs:\n  # offices\n  offices:\n    - file: a.csv\n  # hills\n  terrain: [new.tif]\n  # what follows\n",
        ),
        (
            "inputs: # read\n  terrain: [t.tif]  # mine\n  offices: [{file: a.csv}]\n",
            "inputs: # read\n  terrain: [new.tif]  # mine\n  offices: [{file: a.csv}]\n",
        ),
        (
            "inputs:\n    offices: [{file: a.csv}]\n",
            "inputs:\n    terrain: [new.tif]\n    offices: [{file: a.csv}]\n",
        ),
        (
            "inputs: {offices: [{file: a.csv}], terrain: [t.tif]}\n",
            "inputs: {offices: [{file: a.csv}], terrain: [new.tif]}\n",
        ),
    ],
)
def test_only_the_field_changes(tmp_path, before, after):
    file = tmp_path / "scenario.yaml"
    rest = "budgets:\n  - {name: programme, limit: 5 %}  # last\n"
    file.write_text(HEAD + before + rest, encoding="utf-8")
    amend(file, "inputs", "terrain", ["new.tif"])
    assert file.read_text(encoding="utf-8") == HEAD + after + rest
    assert load_scenario(file).inputs.terrain == ("new.tif",)


@pytest.mark.parametrize(
    "before", ["  terrain: [t.tif]  # mine\n  offices: [{file: a.csv}]\n", "  offices: [{file: a.csv}]\n"]
)
def test_line_ends_stay_as_they_were(tmp_path, before):
    file = tmp_path / "scenario.yaml"
    rest = "budgets:\n  - {name: programme, limit: 5 %}\n"
    file.write_bytes(f"{HEAD}inputs:\n{before}{rest}".replace("\n", "\r\n").encode())
    amend(file, "inputs", "terrain", ["new.tif"])
    after = before.replace("t.tif", "new.tif") if "t.tif" in before else f"  terrain: [new.tif]\n{before}"
    assert file.read_bytes() == f"{HEAD}inputs:\n{after}{rest}".replace("\n", "\r\n").encode()
    assert load_scenario(file).inputs.terrain == ("new.tif",)


@pytest.mark.parametrize(
    ("inputs", "value"),
    [
        ("inputs:\n  offices: [{file: a.csv}]\n  terrain: # mine\n  - t.tif\n", ["new.tif"]),
        ("inputs: {offices: [{file: a.csv}]}\n", ["new.tif"]),
        ("inputs:\n  offices: [{file: a.csv}]\n  terrain: [t.tif]\n", 7),
    ],
)
def test_what_cannot_be_changed_safely_stays_as_it_was(tmp_path, inputs, value):
    file = tmp_path / "scenario.yaml"
    file.write_text(HEAD + inputs, encoding="utf-8")
    with pytest.raises(InputError):
        amend(file, "inputs", "terrain", value)
    assert file.read_text(encoding="utf-8") == HEAD + inputs
