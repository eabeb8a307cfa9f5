"""USES: one file for each application made of tasks: its options, its result, and the pipeline that answers."""
