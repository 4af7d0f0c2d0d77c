"""How much a target may be given: turns per second in Redis, and decisions on the numbers its connection keeps."""
