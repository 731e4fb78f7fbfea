"""Settings as widgets, in the session and in the URL."""
