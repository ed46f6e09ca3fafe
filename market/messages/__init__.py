"""Messages: a plain thread beside each application and each engagement, between its two sides.

Nouns: a thread about one thing, a message in it, how far each person has read. Nobody can write to a stranger: a thread
opens with an application. A block, either way, closes it to new words; what was said stays readable.
"""
