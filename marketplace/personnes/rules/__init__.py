"""Who counts, until when and with which proof; what may never be written: pure functions, one file per
noun.
"""
