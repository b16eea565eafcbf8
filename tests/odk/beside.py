"""Small files that some of the published forms expect beside them, made up here: they were not published with them."""

import csv
import io
import json

Rows = list[list[str]]

_PLACES = [["name", "label"], ["north", "North"], ["south", "South"]]
_TABLES: dict[str, dict[str, Rows]] = {
    "pyxform-pull_data.xlsx": {"fruits": [["name", "taste"], ["apple", "sour"], ["mango", "sweet"]]},
    "pyxform-UCL_Biomass_Plot_Form.xlsx": {
        "UCL_regions": _PLACES,
        "UCL_districts": [
            ["name", "label", "region_id"],
            ["n1", "N 1", "north"],
            ["n2", "N 2", "north"],
            ["s1", "S 1", "south"],
        ],
        "UCL_villages": [
            ["name", "label", "district_id"],
            ["n1a", "N 1 a", "n1"],
            ["n2a", "N 2 a", "n2"],
            ["n2b", "N 2 b", "n2"],
            ["s1a", "S 1 a", "s1"],
        ],
        "ULC_Biomass_Plots": [
            ["name", "label", "village", "plant_phase"],
            ["p1", "Plot 1", "n1a", "1"],
            ["p2", "Plot 2", "n2b", "2"],
            ["p3", "Plot 3", "s1a", "1"],
        ],
        "species_names": [["name", "label"], ["oak", "Oak"], ["fir", "Fir"], ["other", "Other"]],
    },
    "odk-all-question-types.xlsx": {"cities": [["name", "label"], ["tsu", "Tsu"], ["ise", "Ise"]]},
}
_POINTS = frozenset({"cities"})
"""What ODK's engine reads as GeoJSON."""


def sheets(file: str) -> dict[str, Rows]:
    """As our side takes them: sheets of the workbook."""
    return _TABLES.get(file, {})


def beside(file: str) -> dict[str, str]:
    """As ODK's engine takes them: name of the file → what is in it."""
    tables = _TABLES.get(file, {})
    return {
        **{f"{name}.csv": _csv(rows) for name, rows in tables.items() if name not in _POINTS},
        **{f"{name}.geojson": _geojson(rows) for name, rows in tables.items() if name in _POINTS},
    }


def _csv(rows: Rows) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _geojson(rows: Rows) -> str:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [136.5, 34.7]},
            "properties": {"id": name, "title": label},
        }
        for name, label in rows[1:]
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


UNASKED = {"ifrc-socio-economic.xlsx": "jr:itext("}
"""File → how the one calculation begins that our side refuses the file for; it is emptied on both sides."""
