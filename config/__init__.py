"""How the parts are put together: settings, addresses, servers, commands."""

import os

# Read when numpy loads. Our matrices are small, and threads that wait for each other by spinning took twenty times the
# processor time of the sums: a process is what works beside another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
