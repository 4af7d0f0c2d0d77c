"""Pure rules of master data: no framework, no clock, no I/O. What goes in decides what comes out."""
