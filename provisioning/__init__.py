"""Identity: the gateway's key and enrolment, and who may speak to the store's broker."""
