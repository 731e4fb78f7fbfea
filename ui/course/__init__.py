"""The page "Course": the lessons in their order, what has been met, and its proof."""
