"""The navigation's menus: every page is two clicks away, by pointer, by keyboard and on a phone."""

from urllib.parse import urlsplit

import pytest

from ui.pages import PAGES, grouped

MENU = "[data-testid=stTopNavSection]"
OPEN_MENU = "[data-testid=stTopNavPopover] a"
BESIDE = "[data-testid=stTopNavLink]"
MENUS = {group: pages for group, pages in grouped().items() if group}


def opened(page, path):
    page.wait_for_selector(".unroll-address[data-query]", state="attached")
    page.wait_for_function(
        "path => location.pathname.slice(1) === path && document.title.includes(' · ')", arg=path
    )


def paths(page, links):
    found = page.locator(links).evaluate_all("links => links.map((link) => link.href)")
    return [urlsplit(href).path.strip("/") for href in found]


def test_every_page_is_a_link_or_in_a_menu(page, app_url):
    page.goto(app_url)
    opened(page, "")
    assert paths(page, BESIDE) == [each.path for each in grouped().get("", [])]
    assert page.locator(MENU).all_text_contents() == list(MENUS)
    for group, pages in MENUS.items():
        page.locator(MENU, has_text=group).click()
        page.wait_for_selector(OPEN_MENU)
        assert paths(page, OPEN_MENU) == [each.path for each in pages]
        page.keyboard.press("Escape")
        page.wait_for_selector(OPEN_MENU, state="detached")


@pytest.mark.parametrize("group", MENUS)
def test_a_menu_opens_its_pages_by_keyboard_and_says_that_one_of_them_is_on_screen(
    page, app_url, group
):
    page.goto(app_url)
    opened(page, "")
    assert page.locator(f"{MENU}[aria-current]").count() == 0
    last = MENUS[group][-1]
    page.locator(MENU, has_text=group).focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "links => document.activeElement === document.querySelector(links)", arg=OPEN_MENU
    )
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    opened(page, last.path)
    assert page.title().startswith(last.title)
    page.wait_for_selector(f"{MENU}[aria-current]")
    assert page.locator(f"{MENU}[aria-current]").all_text_contents() == [group]


def test_a_phone_has_all_pages_in_one_list(page, app_url):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(app_url)
    opened(page, "")
    page.locator("[data-testid=stExpandSidebarButton]").click()
    links = page.locator("[data-testid=stSidebarNavLink]")
    links.first.wait_for()
    assert links.count() == len(PAGES)
    links.last.click()
    opened(page, PAGES[-1].path)
