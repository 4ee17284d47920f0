"""Acts on hours: contrats, declarations, their validation, corrections."""
