"""Which pages have settings that are moved on them: a class, say, has none."""

from ui.pages import PAGES, Page
from ui.settings.every import SETTINGS


def has_settings(page: Page) -> bool:
    """Whether it moves any, besides how it is shown."""
    return any(setting.owner in page.owners[:2] for setting in SETTINGS.values())


SETTLED = [page for page in PAGES if has_settings(page)]
