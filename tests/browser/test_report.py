"""The report of a recording, as it lies in somebody's mail: a file, no network, any screen."""

import pytest

from rnn_core.recording import Recording
from tests.browser.test_accessibility import AXE, violations
from tests.conftest import noting_errors
from tests.tap.test_recording import record, written

LOOKS = {
    "projector, light": ({"width": 1366, "height": 768}, "light"),
    "phone, dark": ({"width": 390, "height": 844}, "dark"),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A folder with the report, and a page that holds it as a notebook's export does."""
    folder = tmp_path_factory.mktemp("report")
    curves = [[-0.3 * (39 - t) * k for t in range(40)] for k in (0.1, 0.5, 1.0)]
    path = written(
        folder / "run.unroll",
        {step: [record(curve=curve)] for step, curve in zip((1, 11, 21), curves, strict=True)},
        [(step, 1.0 / step, 0.5, None) for step in range(1, 31)],
    )
    with Recording.open(path) as run:
        run.report(folder / "report.html")
        frame = run._repr_html_()
    notebook = f"<!doctype html><title>Notebook</title><h1>Notebook</h1>{frame}"
    (folder / "notebook.html").write_text(notebook, encoding="utf-8")
    return folder


@pytest.mark.parametrize("look", LOOKS)
def test_it_opens_without_a_network_on_any_screen(browser, report, look):
    size, scheme = LOOKS[look]
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
    errors, asked = [], []
    try:
        with noting_errors(context.new_page(), errors) as page:
            page.on("request", lambda request: asked.append(request.url))
            page.goto((report / "report.html").as_uri())
            assert page.locator("h1").inner_text() == "Gradients of Net"
            assert page.get_by_text("the gradient vanishes").is_visible()
            drawn = page.locator("svg").evaluate_all(
                "all => all.map(svg => svg.getBoundingClientRect()).map(r => [r.width, r.height])"
            )
            assert len(drawn) >= 4 and all(min(sizes) > 20 for sizes in drawn)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{wide} pixels lie beyond the screen"
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(18, 21, 27)")
            page.evaluate(AXE)
            assert violations(page) == []

            page.goto((report / "notebook.html").as_uri())
            inside = page.frame_locator("iframe")
            assert inside.locator("h1").inner_text() == "Gradients of Net"
            assert inside.locator("svg").first.bounding_box()["width"] > 200
        assert errors == [] and {url.split(":")[0] for url in asked} <= {"file", "about"}
    finally:
        context.close()
