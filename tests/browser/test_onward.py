"""Where next, followed in a browser: the newest move goes along."""

from tests.tools.first_page import SLIDER, open_page
from tests.tools.in_browser import query

TRAIN = ".unroll-onward a[href*=training]"


def test_the_network_on_screen_is_trained_with_the_move_just_made(page, app_url, console_errors):
    open_page(page, app_url, "?activation=relu&seq_len=20&hidden_size=16")
    link = page.locator(TRAIN)
    link.scroll_into_view_if_needed()
    page.focus(SLIDER)
    page.keyboard.press("PageUp")
    link.click()
    page.wait_for_function(
        "location.pathname === '/training' && location.search.includes('train_gain')"
    )
    held = query(page)
    wanted = {"train_gain": "1.1", "train_activation": "relu", "train_hidden_size": "16"}
    assert wanted.items() <= held.items()
    assert page.locator(".stAlert").count() == 0 and console_errors == []
