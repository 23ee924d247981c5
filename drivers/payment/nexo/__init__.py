"""nexo's retailer protocol over local HTTPS."""
