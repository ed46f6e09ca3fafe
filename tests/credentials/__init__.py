"""Tests of the verifier: published vectors, expected outcomes with reasons, and attacks."""
