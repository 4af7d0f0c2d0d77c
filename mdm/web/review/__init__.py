"""The review desk: what its screens show, made of what the stewardship queries tell."""
