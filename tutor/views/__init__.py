"""Views: what a learner would rather look at than read, as data, and what is drawn from it.

``model`` says what each kind of view holds. The rest are pure functions of it: plain text, the
layout of a graph, files. Nothing here knows a screen, a process or a framework.
"""
