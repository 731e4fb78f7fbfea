"""A class: a teacher with a projector and three phones, in real browsers, from opening a room to
its results; the server dies in the middle of it."""

import contextlib

import pytest

from tests.conftest import PATIENCE, noting_errors
from tests.tools.server import served

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NAMES = ("Ada", "Bea", "Curie")


@contextlib.contextmanager
def phones(browser, errors):
    """A browser each: they share no storage."""
    with contextlib.ExitStack() as stack:
        found = []
        for _ in NAMES:
            context = browser.new_context(**PHONE)
            stack.callback(context.close)
            context.set_default_timeout(1000 * PATIENCE)
            found.append(stack.enter_context(noting_errors(context.new_page(), errors)))
        yield found


def join(phone, url, code, name):
    phone.goto(f"{url}/room/{code}")
    phone.get_by_label("A nickname").fill(name)
    phone.get_by_role("button", name="Join").click()
    phone.get_by_role("heading", name="You are in.").wait_for()


def within_reach(phone):
    """Nothing is wider than the phone, and what sends stands where the thumb is."""
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    box = phone.locator("footer button.main").bounding_box()
    assert box["height"] >= 44 and box["y"] + box["height"] <= 844 < box["y"] + 844 * 0.6


def answers(phone, act):
    phone.locator("footer button.main").wait_for()
    assert phone.locator("footer button.main").is_disabled()  # nothing is sent by a slip
    act()
    phone.locator("footer button.main").click()
    phone.locator(".sent").wait_for()


def test_a_class_of_three_predicts_and_sees_the_truth(
    browser, page, console_errors, tmp_path, monkeypatch
):
    monkeypatch.setenv("UNROLL_DB", f"sqlite:///{tmp_path}/rooms.sqlite")
    phone_errors: list[str] = []
    with contextlib.ExitStack() as stack:
        server, port = stack.enter_context(served(tmp_path / "log"))
        url = f"http://127.0.0.1:{port}"
        ada, bea, curie = stack.enter_context(phones(browser, phone_errors))
        page.goto(f"{url}/classroom")
        page.get_by_label("Ask for nicknames").check()
        page.get_by_role("button", name="Open a room").click()
        page.locator(".letters").wait_for()
        code = "".join(page.locator(".letters span").all_inner_texts())
        assert len(code) == 4 and page.locator(".qr svg").is_visible()
        for phone, name in zip((ada, bea, curie), NAMES, strict=True):
            join(phone, url, code, name)
        page.get_by_text("3 students are here").wait_for()

        # A word: two answer by finger and by key, one not at all.
        page.locator("#room-what").select_option("scene vanishing")
        page.get_by_role("button", name="Send").click()
        ada.get_by_text("Vanish", exact=True).wait_for()
        within_reach(ada)
        assert ada.locator("main svg path[stroke-width='3.5']").count() == 0  # no curve yet
        answers(ada, lambda: ada.get_by_text("Vanish", exact=True).tap())

        def by_key():
            bea.get_by_role("radio").first.focus()
            bea.keyboard.press("ArrowDown")

        answers(bea, by_key)
        page.get_by_text("2 of 3 have answered").wait_for()
        assert page.locator("[data-bar]").evaluate_all(
            "bars => bars.map((bar) => [bar.dataset.bar, bar.dataset.count])"
        ) == [["0", "1"], ["1", "1"]]
        bea.reload()  # who comes back has answered still
        bea.locator(".sent", has_text="fade").wait_for()
        page.get_by_role("button", name="Reveal").click()
        page.get_by_text("1 of 2 answers right").wait_for()
        assert page.locator(".board h1").inner_text() == "Vanishing"
        for phone, said in (
            (ada, "Right: you said vanish"),
            (bea, "Not this time: you said fade"),
            (curie, "You sent no answer"),
        ):
            phone.get_by_text(said).wait_for()
            assert phone.get_by_role("heading", name="Vanishing").is_visible()
        assert page.locator(".ranking li").all_inner_texts()[0].split() == ["Ada", "100"]

        # The server dies; another one takes its place while a question is open.
        page.locator("#room-kind").select_option("share")
        page.get_by_role("button", name="Send").click()
        slider = ada.get_by_role("slider")
        answers(ada, lambda: slider.fill("-12"))
        server.kill()
        server.wait()
        curie.get_by_text("No connection").wait_for()
        stack.enter_context(served(tmp_path / "log", port=port))
        answers(curie, lambda: curie.get_by_role("button", name="more").tap())
        page.get_by_text("2 of 3 have answered").wait_for()

        # Who opens the page anew finds the room again, and takes the results along.
        page.reload()
        page.get_by_role("button", name="Reveal").click()
        page.get_by_text("2 answers right").wait_for()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Results as CSV").click()
        lines = saved.value.path().read_text().splitlines()
        assert len(lines) == 5 and lines[1].startswith("1,verdict,")
        page.get_by_role("button", name="Close the room").click()
        page.get_by_role("button", name="Delete everything").click()
        page.get_by_text("The room is closed").wait_for()
        ada.get_by_text("has ended").wait_for()
    # Of the time without a server a browser tells; of nothing else.
    unexpected = [said for said in phone_errors if "Failed to load" not in said]
    assert unexpected == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_a_phone_shuts_somebody_out(page, app_url, scheme):
    from tests.browser.test_accessibility import AXE, SMALL, violations

    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(PHONE["viewport"])
    page.goto(f"{app_url}/room")
    page.get_by_role("heading", name="Join a room").wait_for()
    page.evaluate(AXE)
    assert violations(page) == [] and page.evaluate(SMALL, 44) == []
