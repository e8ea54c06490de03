"""Hostile input: every reader is given files that are wrong in every way that somebody thought of, and in others.

A reader may return, or raise an error of the one family (``planner.errors``). Anything else is a finding: another
exception, a process that dies, more than ``GREATEST_BYTES`` of memory or ``GREATEST_SECONDS`` of processor time.
"""
