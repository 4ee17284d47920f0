"""The papers that come out of a sizing: note, CCAP article, consultation rules, annex to the acte d'engagement."""
