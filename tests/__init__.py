"""The tests mirror the package; support/ holds what they stand on."""
