"""The fleet: simulated devices against an ingestion service, with faults, an answer key and a verdict."""
