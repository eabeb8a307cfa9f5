"""STORE: bytes kept safely: fetched, verified, cached, locked, written beside and renamed."""
