"""Definitions of the yearly report: who counts, where, how exits are classed, which cells stay hidden."""
