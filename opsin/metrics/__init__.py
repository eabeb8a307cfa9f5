"""METRICS: numbers from truth and predictions; arrays in, numbers out."""
