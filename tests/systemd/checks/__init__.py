"""The checks, a module a subject. Each function whose name begins with `check_` is one; they run in the order in which
they stand, on the same two machines, and each leaves the install as well as it found it."""

ORDER = ("install", "one_hop", "lifecycle", "hardening", "faults", "removal")
