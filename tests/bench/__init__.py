"""The figures of docs/performance.md: each with its baseline in the same run, as a ratio."""
