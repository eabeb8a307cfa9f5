"""REPORTS: how good a model is, one file for each task: its figures, its plots, its page."""

from opsin.reports._report import REPORTS, Answers, Figures, Outside, Report

__all__ = ["REPORTS", "Answers", "Figures", "Outside", "Report"]
