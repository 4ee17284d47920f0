"""What the audiences share: doors, security, forms, filters, error pages."""
