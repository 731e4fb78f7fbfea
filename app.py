"""Unroll: how gradients flow through unrolled recurrent networks.

Both what the server runs for every reader (frame, navigation, page) and what it serves: `streamlit
run app.py` finds `app` in here, the pages with the routes of the live answers beside them.
"""

import streamlit as st

from ui.internals import version

if problem := version.wrong():
    version.tell(problem)
    if __name__ != "__main__":  # the server starts
        raise SystemExit(1)
    st.stop()

from ui.frame import frame
from ui.pages import grouped
from ui.server import boot

boot.prepare()  # before a page imports NumPy

if __name__ == "__main__":
    frame.install()
    page = st.navigation(
        {
            group: [st.Page(page.script, title=page.title, default=page.first) for page in pages]
            for group, pages in grouped().items()
        },
        position="top",
    )
    frame.turn_to(page.url_path, page.title)
    page.run()
    boot.settle()
else:
    from ui.answers import framed, route, shell
    from ui.rooms import route as rooms

    app = st.App(
        __file__,
        routes=[*route.routes(), *rooms.routes(route.roots())],
        middleware=[*framed.middleware(), *shell.middleware()],
        lifespan=boot.serving,
    )
