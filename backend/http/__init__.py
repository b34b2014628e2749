"""Thin handlers, one file per resource: read the request, call the one function that does it, answer."""
