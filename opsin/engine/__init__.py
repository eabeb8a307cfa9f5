"""VERBS for all tasks, naming none of them: predict, stream, album."""
