"""The demo world: `seeds/` played through the services with a clock that moves, so that its data obeys the rules.

Nothing is written to the database from the seeds directly. Each moment of the valley's story is one service call by the
person who would make it, in a transaction of its own; in between the worker delivers and the timers run, as they would
have. `world` reads the files, `story` lays the moments out in time, `play` acts them out, `routes` let a visitor of the
demo step in as one of a few people.
"""
