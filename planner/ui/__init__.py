"""The app: it shows runs and starts them; it computes nothing itself."""
