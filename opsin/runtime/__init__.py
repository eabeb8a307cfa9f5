"""RUNTIME: one protocol by which networks are run, and the engines that follow it."""
