"""WEIGHTS: cards, licence policy, where a network's bytes come from, bundles."""
