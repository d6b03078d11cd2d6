"""The house rules of the repository, a module per kind; run by tools/tidy.py."""
