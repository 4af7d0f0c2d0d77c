"""Files in: detection, safe parsing and damage, without Django. What comes out is UTF-8 text in rows of cells."""
