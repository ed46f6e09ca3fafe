"""Notifications: who hears of what, in the app and by e-mail.

Nouns: a notification (one for each person and event, made of ids and codes; its words are found when it is read), a
topic with the channel a person chose for it, a letter, and the mail that goes out. `table` is the one page that says
who is told of which event and in which words; `mailer` sends what waits. Reviews that are sealed give away nothing here
but that the other side has submitted.
"""
