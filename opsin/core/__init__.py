"""VALUES: image checks, placements, boxes, records, options, the registry, errors. Needs numpy only; knows no task."""
