"""What every test stands on: the same examples in every run, on every machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A test that fails only now and then teaches nobody: the examples are derived from the test itself, never from chance
# or from an earlier run, and a slow machine does not make one fail.
settings.register_profile(
    "same every time",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same every time")
