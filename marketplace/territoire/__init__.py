"""Communes, zones and the dated settings of a territory."""
