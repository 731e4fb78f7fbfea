"""What the app uses of Streamlit that Streamlit does not promise: here, and nowhere else.

`tests/server/test_internals.py` holds each name to what is expected of it, so that a new version of
Streamlit that breaks one is told by that name; `tests/test_house.py` keeps every other room from
reaching into Streamlit. Where a name is gone the app does without it: slower or plainer, and never
with a traceback.
"""
