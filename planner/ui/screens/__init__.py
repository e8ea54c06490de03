"""The pages of the app, one module each, with a function ``show`` that draws it."""
