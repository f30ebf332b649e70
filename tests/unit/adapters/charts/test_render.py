"""Specifications to files, drawn by the real renderer."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from funnelpact.adapters.charts.render import ChartFormatUnknown, write_chart
from funnelpact.apps.language import language
from funnelpact.core.view.charts.curves import curves_chart
from funnelpact.core.view.charts.funnel import funnel_chart
from funnelpact.core.view.charts.theme import DARK
from funnelpact.core.view.charts.triangle import triangle_chart
from tests.roads import small_road
from tests.unit.core.view.charts.test_charts import curves, triangle

TURKISH = language("tr")
SPECS = {
    "curves": lambda: curves_chart(curves=curves(), language=TURKISH),
    "triangle": lambda: triangle_chart(triangle=triangle(), language=TURKISH, theme=DARK),
    "funnel": lambda: funnel_chart(findings=small_road().learnt.findings, language=TURKISH),
}


@pytest.mark.parametrize("kind", SPECS)
def test_each_chart_is_drawn_with_its_words(kind: str, tmp_path: Path):
    """As SVG that is well-formed, holds the words of the title and says what it shows."""
    spec = SPECS[kind]()
    write_chart(path=tmp_path / "a.svg", spec=spec)
    root = ET.parse(tmp_path / "a.svg").getroot()
    words = "".join(root.itertext()).replace("\xa0", " ")

    assert root.get("role") == "img"
    assert root.get("aria-label") == spec["description"]
    assert spec["title"]["text"] in words
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 3


def test_a_png_has_two_pixels_for_each_point(tmp_path: Path):
    """Sharp on good screens."""
    write_chart(path=tmp_path / "new" / "a.png", spec=SPECS["triangle"]())
    write_chart(path=tmp_path / "a.svg", spec=SPECS["triangle"]())
    data = (tmp_path / "new" / "a.png").read_bytes()
    width = float(str(ET.parse(tmp_path / "a.svg").getroot().get("width")))

    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") == pytest.approx(2 * width, abs=2)


def test_the_specification_itself_needs_no_renderer(tmp_path: Path):
    """It is plain data."""
    write_chart(path=tmp_path / "a.json", spec=SPECS["curves"]())

    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["$schema"].endswith("v6.json")


def test_another_format_is_refused(tmp_path: Path):
    """With the formats that there are."""
    with pytest.raises(ChartFormatUnknown) as caught:
        write_chart(path=tmp_path / "a.gif", spec={})

    assert caught.value.data["formats"] == (".svg", ".png", ".json")


def test_a_missing_renderer_is_answered_with_the_install_command(tmp_path: Path):
    """In a Python that does not have it."""
    code = (
        "import sys; sys.modules['vl_convert'] = None\n"
        "from pathlib import Path\n"
        "from funnelpact.adapters.charts.render import ChartsMissing, write_chart\n"
        "try:\n"
        "    write_chart(path=Path(sys.argv[1]), spec={})\n"
        "except ChartsMissing as problem:\n"
        "    print(problem.data['command'])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.svg")], capture_output=True, text=True, check=False
    )

    assert run.stdout.strip() == "pip install 'funnelpact[charts]'", run.stderr
