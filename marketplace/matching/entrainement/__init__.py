"""How the arrays of seeds/modeles are made: synthetic wordings, synthetic careers, fits. Never needed to rank."""
