"""What a reader waits for: the page in a browser, many readers, many runs."""
