"""Dosewright: from a published treatment protocol to doses, order sheets, calendars and checks."""

__version__ = "0.1.0"
