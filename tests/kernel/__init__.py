"""The kernel: transactions, statuses, the outbox, the worker, who may do what, time, settings."""
