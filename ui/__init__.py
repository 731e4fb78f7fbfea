"""The screen: everything between the engine and the page."""
