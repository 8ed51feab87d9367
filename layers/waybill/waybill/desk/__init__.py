"""The desk: every detail of an order in one place, and the buttons that a person may press.

model/      what a page shows, computed from facts (pure)
ports.py    what the desk reads and does, in its own words
sources.py  the same, through the other contexts
pages.py    HTML from templates
web.py      the door at `/desk` for people who sign in
widget.py   the door in the CloudWatch console, through IAM
"""
