"""Measuring the product on a machine: each module prints figures that the documentation quotes."""
