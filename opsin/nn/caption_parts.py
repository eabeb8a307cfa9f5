"""What a network that writes captions is told about pictures and earlier words, by name."""

from __future__ import annotations


def parts(of: str, count: int) -> list[str]:
    """The names of keys and values of each block in turn.

    >>> parts("past", 4)
    ['past_keys_0', 'past_values_0', 'past_keys_1', 'past_values_1']
    """
    return [f"{of}_{('keys', 'values')[at % 2]}_{at // 2}" for at in range(count)]
