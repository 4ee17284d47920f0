"""Classer, proposer, répondre, embaucher: the marketplace itself."""
