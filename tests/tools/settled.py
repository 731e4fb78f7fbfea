"""Which pages have settings that are moved on them: a class, say, has none."""

from tests.tools import ROOT
from ui.pages import PAGES, Page
from ui.settings.every import SETTINGS


def has_settings(page: Page) -> bool:
    """Whether it moves any, besides how it is shown."""
    return any(setting.owner in page.owners[:2] for setting in SETTINGS.values())


def has_sheet(page: Page) -> bool:
    """Whether its settings stand in the places of a page, in a sheet on a phone."""
    script = (ROOT / page.script).read_text(encoding="utf-8")
    return has_settings(page) and "places.lay(" in script


SETTLED = [page for page in PAGES if has_settings(page)]
