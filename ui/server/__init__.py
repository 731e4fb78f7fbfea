"""The process that serves: what it does once, what it bounds, who waits."""
