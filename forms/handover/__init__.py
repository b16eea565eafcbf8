"""Responses as files that other programs take over: spreadsheets, robots, statistics."""
