"""Live answers: what a page's pictures, charts and sentences are at given settings, by address.

An answer is a pure function of the page's settings: no session, no cookie. Any process answers it,
and a class that opens one link has it computed once. `made` makes it, `route` sends it.

A page's answers stand in ui/<page>/answers.py: a function for each name that the page's entry in
ui/pages.py gives, which draws by the same functions as the page itself, and `address`, the settings
of the page as a link. The first of them moves with the pointer; the others follow once it rests.
"""
