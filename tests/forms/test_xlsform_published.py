"""Forms that others published: each is imported, or refused with one precise reason; and goes out again as it came."""

import io
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from forms.xlsform.reading import read_workbook
from forms.xlsform.writing import write_xlsx

FOLDER = Path(__file__).parents[3] / "shared" / "xlsforms"

IMPORTED = {  # how many questions are asked
    "ifrc-distribution-site.xls": None,
    "kobo-MCH_v1.xls": None,
    "kobo-battery-life.xls": 5,
    "kobo-good-eats-multilang.xls": None,
    "kobo-household.xls": 6,
    "kobo-library-locking.xlsx": 2,
    "kobo-nested-repeats.xls": None,
    "kobo-test-data-types.xls": 7,
    "kobo-unicode-relevant.xlsx": 2,
    "odk-whova.xlsx": None,
    "pyxform-bug-ict_survey_fails.xls": 1,
    "pyxform-choice_filter.xlsx": 3,
    "pyxform-or_other.xlsx": None,
    "pyxform-tutorial.xls": None,
    "pyxform-widgets.xls": None,
    "pyxform-xlsform_spec_test.xlsx": None,
    "xlsformorg-cascading-select.xlsx": 3,
}
REFUSED = {  # where, and why
    "ifrc-socio-economic.xlsx": ("row 12, column O (calculation)", "jr:itext() is not available"),
    "odk-all-question-types.xlsx": ("row 83, column A (type)", "cities.geojson"),
    "pyxform-UCL_Biomass_Plot_Form.xlsx": ("row 16, column A (type)", "UCL_regions.csv"),
    "pyxform-pull_data.xlsx": ("row 2, column D (calculation)", "fruits.csv"),
}


def read(name):
    if not FOLDER.is_dir():
        pytest.skip("the published forms are not beside this project")
    return read_workbook((FOLDER / name).read_bytes(), name=Path(name).stem)


def test_every_published_form_is_in_the_table():
    if not FOLDER.is_dir():
        pytest.skip("the published forms are not beside this project")
    assert {path.name for path in FOLDER.glob("*.xls*")} == IMPORTED.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", IMPORTED)
def test_a_published_form_is_imported_and_goes_out_again(name):
    found = read(name)
    assert found.flaws == ()
    if IMPORTED[name] is not None:
        assert len(found.form.asked) == IMPORTED[name]
    workbook = write_xlsx(found.form)
    again = read_workbook(workbook)
    assert (again.form, again.flaws, again.notices) == (found.form, (), ())
    convert(io.BytesIO(workbook), validate=False)


@pytest.mark.parametrize("name", REFUSED)
def test_a_published_form_is_refused_with_one_precise_reason(name):
    (flaw,) = read(name).flaws
    where, why = REFUSED[name]
    assert flaw.place.en == f"sheet survey, {where}"
    assert why in flaw.what.en
    assert flaw.mend.ja
