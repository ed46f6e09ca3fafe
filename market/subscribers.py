"""What each event leads to, on one page.

Left is what happened, right is who reacts, in the order of the rows. Every event that is announced anywhere stands
here, also when nothing follows from it yet (a test compares).
"""

from market.outbox import LeadsTo

LEADS_TO: LeadsTo = {}
