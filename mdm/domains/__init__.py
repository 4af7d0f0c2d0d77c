"""Kinds of master data declared as data: each YAML pack beside this file is one domain."""
