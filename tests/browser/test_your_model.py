"""Your model in a browser: `unroll view` follows a file that grows; a row of the picture is chosen;
what is dropped is shown, or refused."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urljoin

import pytest

from rnn_core.recording.writer import Writer
from tests.pages.test_your_model import write
from tests.tools import ROOT
from tests.tools.in_browser import complete, query
from tests.tools.server import free_port

VERDICT = "[data-words=verdict]"
ROWS = ".unroll-stack .uk-row"


def open_page(page, address):
    page.goto(address)
    page.wait_for_selector(".unroll-stack[data-stamp], .unroll-verdict h1")
    page.wait_for_selector(".unroll-address[data-query]", state="attached")
    complete(page)


def says(page, text):
    page.wait_for_function(
        "([s, t]) => document.querySelector(s)?.textContent.includes(t)", arg=[VERDICT, text]
    )


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def growing(tmp_path):
    """A recording under way, and the address that `unroll view` prints for it."""
    writer = Writer(tmp_path / "mine.unroll", {"model": "Net"}, [("net", "LSTM", {})])
    write(writer, 1, module="net")
    command = [sys.executable, "-m", "unroll_rnn", "view", str(tmp_path / "mine.unroll")]
    process = subprocess.Popen(
        [*command, "--no-browser", "--port", str(free_port())],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        health = urljoin(address, "/_stcore/health")
        while not answers(health):
            assert process.poll() is None
            time.sleep(0.1)
        yield writer, address
    finally:
        process.terminate()
        process.wait(10)
        writer.close()


def test_new_records_appear_while_the_training_goes_on(page, growing, console_errors):
    """At the latest update it goes on by itself; at an earlier one it stays; the slider grows."""
    writer, address = growing
    assert address.endswith("/your_model?recording=mine.unroll")
    open_page(page, address)
    says(page, "In update 1, net (LSTM)")
    for step in (5, 9):
        write(writer, step, module="net")
        says(page, f"In update {step}, net (LSTM)")
    slider = page.locator(".st-key-first_sliders input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    says(page, "In update 1, net (LSTM)")
    write(writer, 13, module="net")
    page.wait_for_function(
        "document.querySelector('.st-key-first_sliders input[type=range]').max >= 12"
    )
    says(page, "In update 1, net (LSTM)")
    assert query(page)["recording"] == "mine.unroll"
    assert console_errors == []


def test_a_row_chooses_its_layer_and_a_step_and_the_link_reopens_both(
    page, app_url, console_errors
):
    open_page(page, f"{app_url}/your_model")
    rows = page.locator(ROWS)
    assert rows.count() == 4
    box = rows.nth(3).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    says(page, "encoder (LSTM), layer 1, second direction")
    page.wait_for_function("location.search.includes('recorded_step')")
    held = query(page)
    assert held["recorded_layer"] == "encoder/0_reverse"
    assert 13 <= int(held["recorded_step"]) <= 18
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    says(page, "encoder (LSTM), layer 1: the gradient")
    page.wait_for_function(
        f"location.search.includes('recorded_step={int(held['recorded_step']) + 1}')"
    )
    open_page(page, page.url)
    assert rows.nth(2).get_attribute("aria-pressed") == "true"
    assert f"step {int(held['recorded_step']) + 1} of 30" in page.inner_text(".uk-line")
    assert console_errors == []


def test_a_click_on_the_map_chooses_update_and_step(page, app_url, console_errors):
    """The nearest recorded update, in the link and on the slider; the top row is the latest."""
    open_page(page, f"{app_url}/your_model")
    chart = page.locator(".st-key-live_recorded_map .unroll-chart")
    chart.scroll_into_view_if_needed()
    heat = chart.locator(".plot .nsewdrag").first
    heat.wait_for()
    box = heat.bounding_box()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.97 * box["height"])
    says(page, "In update 1, ")
    page.wait_for_function("location.search.includes('recorded_step')")
    assert query(page)["recorded_update"] == "1"
    assert 14 <= int(query(page)["recorded_step"]) <= 17
    chart.scroll_into_view_if_needed()
    box = heat.bounding_box()
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.03 * box["height"])
    page.wait_for_function("!location.search.includes('recorded_update')")
    page.get_by_text("update shown (latest)").wait_for()
    assert console_errors == []


def test_a_file_is_dropped_and_what_is_none_is_refused(page, app_url, tmp_path, console_errors):
    writer = Writer(tmp_path / "own.unroll", {"model": "Net"}, [("own.rnn", "GRU", {})])
    write(writer, 7, module="own.rnn")
    writer.close()
    bad = tmp_path / "model.pt"
    bad.write_bytes(b"PK\x03\x04 not a recording")
    open_page(page, f"{app_url}/your_model")
    drop = page.locator("[data-testid=stFileUploaderDropzoneInput]")
    drop.set_input_files(bad)
    page.get_by_text("it is not an SQLite file").wait_for()
    says(page, "encoder (LSTM)")
    drop.set_input_files(tmp_path / "own.unroll")
    says(page, "In update 7, own.rnn (GRU)")
    assert "recording" not in query(page)
    page.get_by_role("button", name="A model that breaks").click()
    says(page, "decoder (GRU)")
    assert page.get_by_text("it is not an SQLite file").count() == 0
    assert console_errors == []
