"""DATA: pictures and truth on disk."""
