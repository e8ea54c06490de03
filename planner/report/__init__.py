"""What people see of a plan outside the app: summaries, tables, pictures."""
