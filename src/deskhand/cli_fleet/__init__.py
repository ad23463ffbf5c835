"""`deskhand fleet`: simulated devices against an ingestion service, a command a file."""

from cyclopts import App

fleet = App(
    name="fleet",
    help="Simulated devices against an ingestion service, with faults, an answer key and a verdict.",
)
