"""Files from outside: read with care, in a process that may fail alone.

Empty on purpose: that process loads `child` alone before it has limited itself.
"""
