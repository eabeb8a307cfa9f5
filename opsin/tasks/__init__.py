"""TASKS: one file for each question that can be asked of a picture: its options, its result, how results are scored."""

from opsin.tasks._task import TASKS, Result, Task

__all__ = ["TASKS", "Result", "Task"]
